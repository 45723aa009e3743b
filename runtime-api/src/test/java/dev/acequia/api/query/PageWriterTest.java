package dev.acequia.api.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.FieldType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageWriterTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final List<ResultColumn> COLUMNS =
      List.of(
          new ResultColumn("n", FieldType.INT64),
          new ResultColumn("d", FieldType.DOUBLE),
          new ResultColumn("price", FieldType.DECIMAL),
          new ResultColumn("ok", FieldType.BOOLEAN),
          new ResultColumn("day", FieldType.DATE),
          new ResultColumn("at", FieldType.TIMESTAMP),
          new ResultColumn("id", FieldType.UUID),
          new ResultColumn("a \"b\"", FieldType.STRING),
          new ResultColumn("doc", FieldType.JSON));

  private static final PlainRow FULL =
      new PlainRow(
          Long.MIN_VALUE,
          1e-7,
          new BigDecimal("1E+3"),
          1L,
          LocalDate.of(2012, 2, 29).toEpochDay(),
          Instant.parse("2013-01-01T05:00:00Z").getEpochSecond() * 1_000_000 + 250_000,
          UUID.fromString("6f1f2b1c-aaaa-4000-8000-0123456789ab"),
          "q\"\\\n\t\u0001ñ🛶, ",
          "{\"a\":\n1}");

  private static final PlainRow EMPTY =
      new PlainRow(null, null, null, null, null, null, null, "", null);

  private static String written(ResultFormat format, List<ResultColumn> columns, PlainRow... rows)
      throws IOException {
    try (var out = new PageBuffer(0, new PageRoom(PageRooms.ample()));
        var writer = format.writer(out, columns)) {
      for (var row : rows) {
        writer.row(row);
      }
      writer.end();
      var bytes = new ByteArrayOutputStream();
      out.writeTo(bytes);
      assertThat(bytes.size()).isEqualTo(out.size());
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  /** Many wait for the store at once, and many for clients that read slowly. */
  @Test
  void pagesOfManyColumnsHoldNothingBeforeTheirRowsAndAfter() throws IOException {
    var columns =
        IntStream.range(0, 512).mapToObj(i -> new ResultColumn("c" + i, FieldType.STRING)).toList();
    var row = new PlainRow(Collections.nCopies(512, (Object) "text").toArray());
    try (var out = new PageBuffer(0, new PageRoom(PageRooms.ample()))) {
      var arrow = new ArrowPage(out, columns);
      var byColumns = new ColumnsPage(out, columns);
      assertThat(arrow.held()).isZero();
      assertThat(byColumns.held()).isZero();
      for (var i = 0; i < 100; i++) {
        arrow.row(row);
        byColumns.row(row);
      }
      // Each column has a share of what a page may hold.
      assertThat(byColumns.held()).isBetween(1L, 1L << 20);
      arrow.end();
      arrow.close();
      byColumns.end();
      byColumns.close();
      assertThat(arrow.held()).isZero();
      assertThat(byColumns.held()).isZero();
    }
  }

  @Test
  void writesJsonArrays() throws IOException {
    assertThat(written(ResultFormat.JSON, COLUMNS)).isEqualTo("[]\n");
    assertThat(written(ResultFormat.JSON, COLUMNS, FULL, EMPTY))
        .isEqualTo(
            """
            [{"n":-9223372036854775808,"d":1.0E-7,"price":1000,"ok":true,"day":"2012-02-29",\
            "at":"2013-01-01T05:00:00.25Z","id":"6f1f2b1c-aaaa-4000-8000-0123456789ab",\
            "a \\"b\\"":"q\\"\\\\\\n\\t\\u0001ñ🛶, ","doc":{"a": 1}},
             {"n":null,"d":null,"price":null,"ok":null,"day":null,"at":null,"id":null,\
            "a \\"b\\"":"","doc":null}]
            """);
  }

  @Test
  void writesALineForEachRecord() throws IOException {
    var lines = written(ResultFormat.NDJSON, COLUMNS, FULL, EMPTY).split("\n");
    assertThat(lines).hasSize(2);
    assertThat(JSON.readTree(lines[0]).get("doc").get("a").asInt()).isEqualTo(1);
    assertThat(JSON.readTree(lines[0]).get("a \"b\"").asText()).isEqualTo("q\"\\\n\t\u0001ñ🛶, ");
  }

  @Test
  void writesCsvWithNullsApartFromEmptyStrings() throws IOException {
    assertThat(written(ResultFormat.CSV, COLUMNS, FULL, EMPTY))
        .isEqualTo(
            "n,d,price,ok,day,at,id,\"a \"\"b\"\"\",doc\r\n"
                + "-9223372036854775808,1.0E-7,1000,true,2012-02-29,2013-01-01T05:00:00.25Z,"
                + "6f1f2b1c-aaaa-4000-8000-0123456789ab,\"q\"\"\\\n\t\u0001ñ🛶, \","
                + "\"{\"\"a\"\":\n1}\"\r\n"
                + ",,,,,,,\"\",\r\n");
  }

  @Test
  void writesColumnsAsDataFramesDo() throws IOException {
    var columns = COLUMNS.subList(0, 2);
    assertThat(
            written(ResultFormat.COLUMNS, columns, new PlainRow(1L, 2.0), new PlainRow(null, 0.5)))
        .isEqualTo("{\"n\": {\"0\": 1, \"1\": null}, \"d\": {\"0\": 2, \"1\": 0.5}}\n");
    assertThat(written(ResultFormat.COLUMNS, columns)).isEqualTo("{\"n\": {}, \"d\": {}}\n");
  }

  @Test
  void writesDoublesSoThatTheyReadBack() throws IOException {
    for (var value :
        new double[] {
          0, -0.0, 1, -5, 0.1, 1e15, 9007199254740993.0, 1e21, Double.MIN_VALUE, Double.MAX_VALUE
        }) {
      var text = written(ResultFormat.NDJSON, COLUMNS.subList(1, 2), new PlainRow(value));
      assertThat(JSON.readTree(text).get("d").asDouble()).isEqualTo(value);
    }
    assertThat(written(ResultFormat.NDJSON, COLUMNS.subList(1, 2), new PlainRow(Double.NaN)))
        .isEqualTo("{\"d\":null}\n");
  }

  @Test
  void keepsAPageLargerThanItsMemoryInAFile() throws IOException {
    var text = "ñ".repeat(40_000);
    var rows = new PlainRow[100];
    Arrays.fill(rows, new PlainRow(text));
    var columns = List.of(new ResultColumn("s", FieldType.STRING));

    for (var format : ResultFormat.values()) {
      var page = written(format, columns, rows);
      assertThat(page.length() - page.replace("ñ", "").length()).isEqualTo(4_000_000);
    }
  }
}
