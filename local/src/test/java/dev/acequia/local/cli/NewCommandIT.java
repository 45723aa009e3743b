package dev.acequia.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.acequia.contract.FieldType;
import dev.acequia.crds.FieldSpec;
import dev.acequia.local.cli.manifest.PipelineManifests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(run.out().replace(folder + "/", "")).isEqualTo(golden("flights.new.yaml"));
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
        "a;b\\n1;2 > separated by ';', not by commas; name the character: --delimiter ';'",
        "a|b\\n1|2 > separated by '|', not by commas; name the character: --delimiter '|'",
        "a\\tb\\n1\\t2 > separated by tabs, not by commas; name the character: --delimiter tab",
        "a;b\\n1;2,5 > --delimiter ';'",
        "stad;prijs, in euro;n\\nDelft;3,50;1\\nGent;4,75;2 > --delimiter ';'",
        "city, state\\tn\\nDelft, NL\\t1 > --delimiter tab",
        "\"a;1\";\"b\"\\n\"x\"\"y\";\"2\\n3\" > --delimiter ';'",
        "a,b\\n\"1,2 > line 2: a field begins with a quote and does not end",
        "a,b\\n1,\"x\\n2,y\\n3,z\\n > line 2: a field begins with a quote and does not end",
        "a,\"b\\n1,2 > line 1: a field begins with a quote and does not end",
        "a,b\\n1,\"x\"\"\\n > line 2: a field begins with a quote and does not end",
        "a,b\\n\"1\"x,2 > line 2: text after a closing quote",
        "a,b\\n1,2\\n3,\"x\\n4,\"y\" > line 4: text after a closing quote, which belongs to the quote of line 3",
        "a,b\\n1,2\\n\"1\" ,2 > line 3: text after a closing quote",
        "a,b\\n1, \"x\" > line 2: a space before a quote",
        "a,b\\r1,2\\r\\0,3 > line 3: column 1: the character \\u0000 cannot be stored",
        "a,b\\r\\n1,2\\r\\n1\\r\\n > line 3: 1 column, but the header has 2",
        "c,c,c\\n1,2,3 > line 1: two columns are named 'c' (column 1 and column 2)",
        ",\\n1,2 > line 1: no column has a name"
      })
  void saysWhatIsWrongWithAFile(String text, String message) throws IOException {
    var file = write("bad.csv", unescaped(text));

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
        "{\"a\":1} {\"a\":2} > line 1: more than one record on the line",
        "{\"a\":1}\\n{\"a\":\"x > line 2: not JSON: the line ends within the record; is the file cut off?",
        "{\"a\":1}\\n\\n{\"a\":[1,{\"b > line 3: not JSON: the line ends within the record",
        "{\"a\":\"\\\\u0000\"} > line 1: the character \\u0000 cannot be stored",
        "{\"a b\":1,\"a-b\":2} > the fields 'a b' and 'a-b' both become a_b; rename one",
        "{\"航班\":1} > the field '航班' has no Latin letter or digit"
      })
  void saysWhatIsWrongWithALine(String text, String message) throws IOException {
    var file = write("bad.ndjson", unescaped(text));

    assertThat(CommandLineRun.of("new", file.toString()).err()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "{\"a\":tru", "{\"a\":1,,}", "{\"a\":1]", "{'a':1}", "{\"a\":1}}", "\u0001"})
  void keepsTheParsersInsidesToItself(String line) throws IOException {
    var run = CommandLineRun.of("new", write("bad.ndjson", line).toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(": line 1: ").doesNotContain("Source", "REDACTED", "byte[]");
  }

  @Test
  void namesTheLineOfAByteOfAnotherEncoding() throws IOException {
    var text = new StringBuilder("id,name\n");
    for (var i = 0; i < 30_000; i++) {
      text.append(i).append(i == 20_000 ? ",\"Mu\nñoz\"\n" : ",x\n");
    }
    var file = write("latin.csv", text.toString().getBytes(StandardCharsets.ISO_8859_1));

    assertThat(CommandLineRun.of("new", file.toString()).err())
        .isEqualTo(
            "acequia: "
                + file
                + ": line 20003: not UTF-8; name its encoding, such as --encoding windows-1252\n");
    assertThat(CommandLineRun.of("new", file.toString(), "--encoding", "windows-1252").out())
        .contains("all 30,000 records read")
        .contains("--encoding windows-1252");
  }

  @Test
  void readsUtf16WhenItIsNamed() throws IOException {
    var file = write("wide.csv", "id,name\n1,ñ\n".getBytes(StandardCharsets.UTF_16));
    var unmarked = write("unmarked.csv", "id,name\n1,ñ\n".getBytes(StandardCharsets.UTF_16LE));
    var lines = write("wide.ndjson", "{\"id\":1}\n".getBytes(StandardCharsets.UTF_16));

    assertThat(CommandLineRun.of("new", file.toString()).err())
        .contains("this is UTF-16; name its encoding: --encoding UTF-16");
    assertThat(CommandLineRun.of("new", file.toString(), "--encoding", "UTF-16").out())
        .contains("{name: id,   type: int32,  required: true}");
    assertThat(CommandLineRun.of("new", unmarked.toString()).err())
        .contains("line 1: a NUL character");
    assertThat(CommandLineRun.of("new", lines.toString()).err()).contains("iconv -f UTF-16");
    assertThat(CommandLineRun.of("new", lines.toString(), "--encoding", "UTF-16").err())
        .contains("--encoding are for CSV");
  }

  @Test
  void readsEveryMemberOfAGzipFileOrNone() throws IOException {
    var first = gzip("id\n1\n");
    var second = gzip("2\n3\n");
    var both = joined(first, second);
    var cut = Arrays.copyOf(both, both.length - 12);
    var damaged = both.clone();
    damaged[both.length - 8] ^= 1; // the checksum
    var trailing = joined(both, "rubbish".getBytes(StandardCharsets.UTF_8));
    var half = Arrays.copyOf(both, first.length + 5);

    assertThat(CommandLineRun.of("new", write("both.csv.gz", both).toString()).out())
        .contains("all 3 records read");
    for (var bad : List.of(cut, damaged, trailing, half)) {
      var run = CommandLineRun.of("new", write("bad.csv.gz", bad).toString());
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).matches("(?s).*: (line [0-9]+: )?the gzip data is (cut off|damaged).*");
    }
  }

  @Test
  void saysWhatAFileIsThatIsNoText() throws IOException {
    assertThat(CommandLineRun.of("new", write("a.csv", "PK\u0003\u0004…").toString()).err())
        .contains("a zip archive or a spreadsheet");
    assertThat(CommandLineRun.of("new", write("b.csv", "BZh91AY").toString()).err())
        .contains("bzip2 or xz");
    assertThat(CommandLineRun.of("new", write("c.csv.gz", gzip(gzip("a\n1\n"))).toString()).err())
        .contains("compressed twice");
  }

  @Test
  void takesTextAndZstdAndWhatItIsTold() throws IOException {
    var csv = "id,name\n1,a\n";
    var json = "\n{\"id\":1,\"name\":\"a\"}\n";
    var expected = "{name: name, type: string, required: true}";

    assertThat(CommandLineRun.of("new", write("a.txt", csv).toString()).out()).contains(expected);
    assertThat(CommandLineRun.of("new", write("b.txt", json).toString()).out()).contains(expected);
    assertThat(CommandLineRun.of("new", write("c.txt.gz", gzip(json)).toString()).out())
        .contains(expected);
    assertThat(CommandLineRun.of("new", write("d.csv.zst", zstd(csv)).toString()).out())
        .contains(expected)
        .contains("name: d\n");
    assertThat(
            CommandLineRun.of("new", write("e.log", json).toString(), "--format", "ndjson").out())
        .contains(expected)
        .contains("--format ndjson");
    assertThat(CommandLineRun.of("new", write("f.txt", "[{}]").toString()).err())
        .contains("jq -c '.[]'");
    var cut = zstd(csv.repeat(1000));
    assertThat(
            CommandLineRun.of(
                    "new", write("g.csv.zst", Arrays.copyOf(cut, cut.length - 3)).toString())
                .err())
        .contains("the zstd data is");
  }

  @Test
  void refusesMoreColumnsThanAPipelineHasFields() throws IOException {
    var header = IntStream.range(0, 501).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    var row = String.join(",", Collections.nCopies(501, "1"));

    var run = CommandLineRun.of("new", write("w.csv", header + "\n" + row + "\n").toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("the header has 501 columns; a pipeline has at most 500 fields");
  }

  @Test
  void boundsARecordsLength() throws IOException {
    var quoted = "id,v\n1,a\n2,\"" + "x,y\n".repeat(5 << 20);
    var plain = "id,v\n1,a\n2," + "xxxx".repeat(5 << 20);

    assertThat(CommandLineRun.of("new", write("quoted.csv", quoted).toString()).err())
        .contains("line 3: a record of more than 16 MiB; it is within the quote of line 3");
    assertThat(CommandLineRun.of("new", write("plain.csv", plain).toString()).err())
        .contains("line 3: a record of more than 16 MiB; is this CSV?");
  }

  @Test
  void takesTheDelimiterThatItIsToldWhateverTheFileLooksLike() throws IOException {
    var file = write("s.csv", "a;b,c\n1;2,3\n");

    var run = CommandLineRun.of("new", file.toString(), "--delimiter", ",");

    assertThat(run.out()).contains("{name: a_b,").contains(" --to ENDPOINT --delimiter ','\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.csv",
        "two words.csv",
        "it's \"quoted\" `id` $HOME $(id) \\ #.csv",
        "--w.csv",
        "@w.csv",
        "~.csv",
        "line\nbreak\ttab\u001b[31m.csv",
        "año\u2028😀.csv",
        "a_very_long_file_name_that_has_more_than_sixty_characters_in_it_and_goes_on.csv"
      })
  void printsACommandThatNamesTheFileToAnyShell(String name) throws Exception {
    var file = write(name, "a,b\n1,-\n2,3\n");

    var command =
        CommandLineRun.of("new", file.toString())
            .out()
            .lines()
            .filter(line -> line.startsWith("#   ./acequia import "))
            .findFirst()
            .orElseThrow()
            .substring("#   ./acequia ".length());
    var shell =
        new ProcessBuilder("bash", "-c", "printf '%s\\0' " + command)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(words.split("\0"))
        .containsExactly("import", file.toString(), "--to", "ENDPOINT", "--null", "-");
  }

  @Test
  void aNamespaceIsAWordOfYaml() throws IOException {
    var file = write("a.csv", "a\n1\n").toString();

    var pipeline =
        PipelineManifests.read(CommandLineRun.of("new", file, "-n", "123").out(), "output")
            .getFirst();
    assertThat(pipeline.getMetadata().getNamespace()).isEqualTo("123");
    assertThat(CommandLineRun.of("new", file, "-n", "a\n  labels: {}").err())
        .contains("use at most 63 small letters");
  }

  @Test
  void namesTheFileThatIsMissingOrOfNoKnownKind() throws IOException {
    assertThat(CommandLineRun.of("new", "nowhere.csv").err())
        .isEqualTo("acequia: nowhere.csv: no such file\n");
    assertThat(CommandLineRun.of("new", write("data.xlsx", "x").toString()).err())
        .contains("the name must end in .csv, .tsv, .ndjson, .jsonl or .txt")
        .contains("--format csv");
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

  /** In the tables, which hold no such characters. */
  private static String unescaped(String text) {
    return text.replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t")
        .replace("\\0", "\0")
        .replace("\\\\", "\\");
  }

  private static byte[] gzip(String text) throws IOException {
    return gzip(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] zstd(String text) {
    return Zstd.compress(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    var both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static String golden(String name) throws IOException {
    try (var in = NewCommandIT.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
