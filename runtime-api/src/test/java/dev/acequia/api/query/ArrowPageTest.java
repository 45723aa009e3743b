package dev.acequia.api.query;

import static dev.acequia.contract.FieldType.STRING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What we write is read by Arrow's own reader. */
class ArrowPageTest {
  private static final UUID ID = UUID.fromString("6f1f2b1c-aaaa-4000-8000-0123456789ab");

  private static final List<ResultColumn> COLUMNS =
      Arrays.stream(FieldType.values())
          .map(type -> new ResultColumn("a \"" + type.name() + "\" ñ", type))
          .toList();

  /** Every other row is of nulls alone. */
  private static PlainRow row(int i) {
    if (i % 2 == 1) {
      return new PlainRow(new @Nullable Object[COLUMNS.size()]);
    }
    var values = new ArrayList<Object>();
    for (var type : FieldType.values()) {
      values.add(
          switch (type) {
            case STRING -> "año 🛶 ".repeat(i % 4);
            case INT32 -> (long) Integer.MIN_VALUE + i;
            case INT64 -> Long.MAX_VALUE - i;
            case DOUBLE -> i / 8.0;
            case DECIMAL -> new BigDecimal("12345678901234567890123456789012345678901234567890.10");
            case BOOLEAN -> i % 3 == 0 ? 1L : 0L;
            case DATE -> -1L - i;
            case TIMESTAMP -> 1_234_567L * i;
            case UUID -> ID;
            case JSON -> "{\"i\":" + i + "}";
          });
    }
    return new PlainRow(values.toArray());
  }

  private static byte[] written(List<ResultColumn> columns, int rows) throws IOException {
    try (var out = new PageBuffer(0, new PageRoom(PageRooms.ample()));
        var page = new ArrowPage(out, columns)) {
      for (var i = 0; i < rows; i++) {
        page.row(row(i));
      }
      page.end();
      var bytes = new ByteArrayOutputStream();
      out.writeTo(bytes);
      return bytes.toByteArray();
    }
  }

  private static @Nullable Object read(@Nullable Object value) {
    return value instanceof org.apache.arrow.vector.util.Text text ? text.toString() : value;
  }

  /** A batch is written out once it has a megabyte, and what held it must not stay. */
  @Test
  void holdsLittleOfRowsThatHaveMuchInAnotherColumnEach() throws IOException {
    var columns = IntStream.range(0, 60).mapToObj(i -> new ResultColumn("c" + i, STRING)).toList();
    try (var out = new PageBuffer(0, new PageRoom(PageRooms.of(1 << 20, 256 << 20)));
        var page = new ArrowPage(out, columns)) {
      for (var i = 0; i < columns.size(); i++) {
        var values = new @Nullable Object[columns.size()];
        values[i] = "x".repeat(900_000);
        page.row(new PlainRow(values));
      }
      assertThat(page.held()).isLessThan(8 << 20);
      page.end();
      assertThat(out.size()).isGreaterThan(60 * 900_000);
    }
  }

  @Test
  void holdsNothingOnceItIsWritten() throws IOException {
    try (var out = new PageBuffer(0, new PageRoom(PageRooms.ample()))) {
      var page = new ArrowPage(out, COLUMNS);
      for (var i = 0; i < 1000; i++) {
        page.row(row(i));
      }
      page.end();
      page.close();
      assertThat(page.held()).isZero();
    }
  }

  @Test
  void everyTypeIsReadBackOverManyBatches() throws IOException {
    var count = 40_000;
    try (var allocator = new RootAllocator();
        var reader =
            new ArrowStreamReader(new ByteArrayInputStream(written(COLUMNS, count)), allocator)) {
      var root = reader.getVectorSchemaRoot();
      var batches = 0;
      var rows = 0;
      while (reader.loadNextBatch()) {
        batches++;
        for (var i = 0; i < root.getRowCount(); i++, rows++) {
          for (var column = 0; column < COLUMNS.size(); column++) {
            var expected = row(rows);
            var type = COLUMNS.get(column).type();
            var value = read(root.getVector(column).getObject(i));
            if (expected.isNull(column)) {
              assertThat(value).isNull();
              continue;
            }
            assertThat(value)
                .as("%s of row %d", type, rows)
                .isEqualTo(
                    switch (type) {
                      case INT32, DATE -> (int) expected.longAt(column);
                      case INT64, TIMESTAMP -> expected.longAt(column);
                      case BOOLEAN -> expected.longAt(column) != 0;
                      case DOUBLE -> expected.doubleAt(column);
                      case DECIMAL -> expected.decimalAt(column).toPlainString();
                      case UUID -> ID.toString();
                      case STRING, JSON ->
                          new String(
                              expected.utf8At(column), java.nio.charset.StandardCharsets.UTF_8);
                    });
          }
        }
      }
      assertThat(rows).isEqualTo(count);
      assertThat(batches).isGreaterThan(2);
    }
  }

  @Test
  void namesEachColumnItsTypeAndWhatItWasDeclaredAs() throws IOException {
    var schema = schema(written(COLUMNS, 0));

    assertThat(schema.getFields().stream().map(field -> field.getName()).toList())
        .isEqualTo(COLUMNS.stream().map(ResultColumn::name).toList());
    assertThat(schema.getFields().stream().map(field -> field.getType().toString()).toList())
        .containsExactly(
            "Utf8",
            "Int(32, true)",
            "Int(64, true)",
            "FloatingPoint(DOUBLE)",
            "Utf8",
            "Bool",
            "Date(DAY)",
            "Timestamp(MICROSECOND, UTC)",
            "Utf8",
            "Utf8");
    assertThat(schema.getFields().get(4).getMetadata()).containsEntry("acequia.type", "decimal");
  }

  private static Schema schema(byte[] stream) throws IOException {
    try (var allocator = new RootAllocator();
        var reader = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
      assertThat(reader.loadNextBatch()).isFalse();
      return reader.getVectorSchemaRoot().getSchema();
    }
  }
}
