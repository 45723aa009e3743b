package dev.acequia.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.crds.FieldSpec;
import dev.acequia.local.cli.manifest.PipelineManifests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What `new` prints for a file, and what it says of files that it cannot use. */
class NewCommandIT {
  private static final String FLIGHTS =
      """
      year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour
      2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z
      2013,1,1,554,600,-6,812,837,-25,DL,461,N668DN,LGA,ATL,116,762,6,0,2013-01-01T11:00:00Z
      2013,1,1,NA,1630,NA,NA,1815,NA,EV,4308,N18120,EWR,RDU,NA,416,16,30,2013-01-01T21:00:00Z
      2013,1,2,NA,1540,NA,NA,1747,NA,EV,4352,NA,EWR,CVG,NA,569,15,40,2013-01-02T20:00:00Z
      """;

  @TempDir private Path folder;

  @Test
  void printsAPipelineForTheFlights() throws IOException {
    var file = write("flights-2013.csv.gz", gzip(FLIGHTS));

    var run = CommandLineRun.of("new", file.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo(golden("flights.new.yaml"));
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void putsTheKeyAndTheModeInWhenTold() throws IOException {
    var file = write("flights-2013.csv", FLIGHTS);

    var run =
        CommandLineRun.of(
            "new",
            file.toString(),
            "--name",
            "flights",
            "--namespace",
            "ops",
            "--null",
            "NA",
            "--key",
            "time_hour,carrier,flight,origin");

    assertThat(run.out())
        .contains("name: flights\n  namespace: ops\n")
        .contains("    key: [time_hour, carrier, flight, origin]\n")
        .contains("    mode: upsert");
  }

  @Test
  void whatItPrintsCanBeRead() throws IOException {
    var hostile =
        "order,no,\"evil\n- {name: x}\",Ünïcode 🛫,,'\"\"#:\n1,true,a,b,2013-01-01 10:00,{}\n";

    var run = CommandLineRun.of("new", write("1 Ñandú.csv", hostile).toString());

    var pipeline = PipelineManifests.read(run.out(), "output").getFirst();
    assertThat(pipeline.getMetadata().getName()).isEqualTo("and");
    assertThat(pipeline.getSpec().schema().fields().stream().map(FieldSpec::name))
        .containsExactly("order_", "no", "evil_name_x", "unicode", "column_5", "column_6");
    assertThat(pipeline.getSpec().schema().fields().get(5).type()).isEqualTo(FieldType.JSON);
    assertThat(run.out()).contains("import them with --zone");
  }

  @Test
  void aSampleRequiresNothing() throws IOException {
    var run = CommandLineRun.of("new", write("a.csv", FLIGHTS).toString(), "--sample", "2");

    assertThat(run.out())
        .contains("only the first 2 records read")
        .doesNotContain("required: true");
  }

  @Test
  void readsNdjsonWithFieldsThatComeAndGo() throws IOException {
    var lines = "{\"id\":1,\"userName\":\"a\"}\n\n{\"id\":2,\"tags\":[1]}\r\n";

    var run = CommandLineRun.of("new", write("events.ndjson", lines).toString());

    assertThat(run.out())
        .contains("{name: id,        type: int32,  required: true}\n")
        .contains("{name: user_name, type: string} # column 'userName'; 1 without a value\n")
        .contains("{name: tags,      type: json} # 1 without a value\n");
  }

  @Test
  void readsQuotedLineBreaksAByteOrderMarkAndOtherDialects() throws IOException {
    var bom = write("bom.csv", "\uFEFFid;note\n1;\"two\nlines\"\n\n2;x\n");
    var latin = write("latin.csv", "señor\nMuñoz\n".getBytes(Charset.forName("ISO-8859-1")));

    assertThat(CommandLineRun.of("new", bom.toString(), "--delimiter", ";").out())
        .contains("all 2 records read")
        .contains("{name: id,");
    assertThat(CommandLineRun.of("new", latin.toString(), "--encoding", "ISO-8859-1").out())
        .contains("{name: senor, type: string, required: true} # column 'señor'");
    assertThat(CommandLineRun.of("new", latin.toString()).err())
        .contains("not UTF-8; name its encoding, such as --encoding windows-1252");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "`` > the file is empty",
        "a,b > a header and no record",
        "a,b\\n1,2\\n1,2,3 > line 3: 3 columns, but the header has 2",
        "a,b\\n1,2\\n1 > line 3: 1 column, but the header has 2",
        "a,b,a\\n1,2,3 > line 1: two columns are named 'a' (column 1 and column 3)",
        "UA,1545,2013-01-01\\nAA,1,2013-01-02 > line 1 looks like a record, not like a header (column 2 is '1545')",
        "a;b\\n1;2 > name the character between the columns, such as --delimiter ';'",
        "a,b\\n\"1,2 > line 2",
        "a,b\\n\"1\"x,2 > line 2"
      })
  void saysWhatIsWrongWithAFile(String text, String message) throws IOException {
    var file = write("bad.csv", text.replace("\\n", "\n"));

    var run = CommandLineRun.of("new", file.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("acequia: " + file + ": ").contains(message);
    assertThat(run.err().lines()).hasSize(1);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "{\"a\":1}\\n[1] > line 2: a record is a JSON object",
        "{\"a\":1}\\n{\"a\": > line 2: not JSON",
        "{\"a\":1,\"a\":2} > line 1: not JSON: Duplicate field 'a'",
        "{\"a\":1} {\"a\":2} > line 1: more than one record on the line"
      })
  void saysWhatIsWrongWithALine(String text, String message) throws IOException {
    var file = write("bad.ndjson", text.replace("\\n", "\n"));

    assertThat(CommandLineRun.of("new", file.toString()).err()).contains(message);
  }

  @Test
  void namesTheFileThatIsMissingOrOfNoKnownKind() throws IOException {
    assertThat(CommandLineRun.of("new", "nowhere.csv").err())
        .isEqualTo("acequia: nowhere.csv: no such file\n");
    assertThat(CommandLineRun.of("new", write("data.xlsx", "x").toString()).err())
        .contains("the name must end in .csv, .tsv, .ndjson or .jsonl");
    assertThat(CommandLineRun.of("new", write("data.json", "[]").toString()).err())
        .contains("jq -c '.[]'");
  }

  @Test
  void suggestsTheCommandOrOptionThatWasMeant() {
    var command = CommandLineRun.of("imprt");
    var option = CommandLineRun.of("new", "--nmae", "x", "file.csv");

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err()).contains("Did you mean: import");
    assertThat(option.err()).contains("Did you mean: --name").contains("acequia new --help");
  }

  private Path write(String name, String text) throws IOException {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String golden(String name) throws IOException {
    try (var in = NewCommandIT.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
