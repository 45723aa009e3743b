package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBReadableVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineIT {
  private static final Duration TIME = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Engine engine;

  @BeforeEach
  void start() throws SQLException, IOException {
    var readable = Files.createDirectory(folder.resolve("files"));
    engine = new Engine(Limits.small(), List.of(readable), folder.resolve("spill"));
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  /** The first column's texts. */
  private List<String> query(String sql, Duration time) throws StoreReadException, IOException {
    var texts = new ArrayList<String>();
    engine.query(
        sql,
        Deadline.in(time),
        chunk -> {
          for (var row = 0L; row < chunk.rowCount(); row++) {
            texts.add(text(chunk.vector(0), row));
          }
        });
    return texts;
  }

  private static String text(DuckDBReadableVector vector, long row) {
    return vector.isNull(row) ? "null" : vector.getString(row);
  }

  private String one(String expression) throws StoreReadException, IOException {
    return query("SELECT CAST(" + expression + " AS VARCHAR)", TIME).getFirst();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/acequia-escaped.csv'",
        "ATTACH '/tmp/acequia-escaped.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT getenv('PATH')",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "CREATE PERSISTENT SECRET s (TYPE s3)"
      })
  void reachesNothingButItsFolders(String sql) {
    assertThatThrownBy(() -> query(sql, TIME))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
  }

  @Test
  void endsAStatementInTime() {
    assertThatThrownBy(
            () ->
                query(
                    "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = i % 5",
                    Duration.ofMillis(200)))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SLOW));
  }

  /** A result is computed while it is read. */
  @Test
  void endsAResultInTime() {
    assertThatThrownBy(
            () ->
                engine.query(
                    "SELECT i FROM range(100000000000) t(i)",
                    Deadline.in(Duration.ofMillis(200)),
                    chunk -> {}))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SLOW));
  }

  @Test
  void goesOnAfterAResultThatWasNotReadToItsEnd() throws Exception {
    for (var run = 0; run < 20; run++) {
      assertThatThrownBy(
              () ->
                  engine.query(
                      "SELECT i FROM range(100000000000) t(i)",
                      Deadline.in(TIME),
                      chunk -> {
                        throw new IOException("enough");
                      }))
          .hasMessage("enough");
    }
    assertThat(one("1")).isEqualTo("1");
  }

  @Test
  void saysThatAQueryNeedsTooMuchMemory() {
    assertThatThrownBy(
            () ->
                query(
                    "SELECT CAST(len(list(repeat('x', 1000) || i)) AS VARCHAR) FROM"
                        + " range(100000000) t(i)",
                    TIME))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_COSTLY));
  }

  @Test
  void sortsMoreThanItsMemoryHolds() throws Exception {
    assertThat(
            query(
                "SELECT CAST(i AS VARCHAR) FROM (SELECT i, md5(CAST(i AS VARCHAR)) m, repeat('x',"
                    + " 200) r FROM range(1500000) t(i) ORDER BY m, r) ORDER BY m LIMIT 1",
                Duration.ofMinutes(2)))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1.5, 1.5",
    "2, 2",
    "-0.25, -0.25",
    "0, 0",
    "-0.0, -0",
    "1e20, 1e+20",
    "-1.5e-7, -1.5e-07",
    "1e-4, 0.0001",
    "1e-5, 1e-05",
    "1e15, 1e+15",
    "999999999999999.9, 999999999999999.9",
    "-1234567890123450, -1.23456789012345e+15",
    "1000000000000000.1, 1.0000000000000001e+15",
    "9999999999999998, 9.999999999999998e+15",
    "1e16, 1e+16",
    "1e300, 1e+300",
    "5e-324, 5e-324",
    "123456789012345680, 1.2345678901234568e+17",
    "100, 100"
  })
  void writesADoubleAsPostgresqlDoes(String number, String text) throws Exception {
    assertThat(of("text_of_double", "DOUBLE", number)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1.50, 1.5",
    "-0.01, -0.01",
    "0, 0",
    "100, 100",
    "12345678901234567890.12, 12345678901234567890.12"
  })
  void writesADecimalWithoutTrailingZeros(String number, String text) throws Exception {
    assertThat(of("text_of_decimal", "DECIMAL(38,18)", number)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.50, 0.5",
    "-0.01, -0.01",
    "0, 0",
    "-0.00000000000000000000000000000000000001, -0.00000000000000000000000000000000000001",
    "0.99999999999999999999999999999999999999, 0.99999999999999999999999999999999999999"
  })
  void writesADecimalBelowOneWithAZero(String number, String text) throws Exception {
    assertThat(of("text_of_fraction", "DECIMAL(38,38)", number)).isEqualTo(text);
    assertThat(of("double_of_decimal", "DECIMAL(38,38)", number))
        .isEqualTo(one("CAST('" + number + "' AS DOUBLE)"));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 0.100000000000000000",
    "-2.675, -2.675000000000000000",
    "1.5e-7, 0.000000150000000000",
    "0.30000000000000004, 0.300000000000000000",
    "100000000000000.5, 100000000000000.000000000000000000"
  })
  void takesFifteenDigitsOfADouble(String number, String decimal) throws Exception {
    assertThat(of("decimal_of_double", "DOUBLE", number)).isEqualTo(decimal);
  }

  @Test
  void averagesExactly() throws Exception {
    assertThat(mean("mean_of_whole", "INTEGER", "1", "2", "7")).isEqualTo("3.333333333333333333");
    assertThat(mean("mean_of_whole", "INTEGER", "-1", "-2", "-2"))
        .isEqualTo("-1.666666666666666667");
    assertThat(mean("mean_of_whole", "BIGINT", "9223372036854775807", "9223372036854775806"))
        .isEqualTo("9223372036854775806.500000000000000000");
    assertThat(mean("mean_of_decimal", "DECIMAL(38,18)", "0.000000000000000001", "0"))
        .isEqualTo("0.000000000000000001");
    assertThat(
            mean(
                "mean_of_decimal",
                "DECIMAL(38,18)",
                "-99999999999999999999.999999999999999999",
                "1.25"))
        .isEqualTo("-49999999999999999999.375000000000000000");
    assertThat(mean("mean_of_decimal", "DECIMAL(38,18)", "-1.5", "-2.5")).startsWith("-2.000");
    assertThat(one("(SELECT mean_of_whole(x) FROM (SELECT 1 AS x WHERE FALSE))")).isEqualTo("null");
  }

  @Test
  void averagesDecimalsOfAnyScale() throws Exception {
    assertThat(mean("mean_of_decimal", "DECIMAL(38,2)", "-0.01", "-0.02", "-0.02"))
        .isEqualTo("-0.016666666666666667");
    assertThat(mean("mean_of_decimal", "DECIMAL(38,0)", "1", "2"))
        .isEqualTo("1.500000000000000000");
    assertThat(fineMean(30, "0.000000000000000000000000000001", "0", "0.5"))
        .isEqualTo("0.166666666666666666666666666667");
    assertThat(fineMean(30, "-9999999.999999999999999999999999999999", "-0.5"))
        .isEqualTo("-5000000.250000000000000000000000000000");
    assertThat(fineMean(19, "1", "2", "2")).isEqualTo("1.6666666666666666667");
    assertThat(fineMean(38, "-0.5", "-0.25")).endsWith(".375" + "0".repeat(35));
    assertThat(
            one(
                "(SELECT mean_of_fine_decimal(x, CAST('1' AS DECIMAL(38,30))) FROM (SELECT CAST('1' AS DECIMAL(38,30)) AS x WHERE FALSE))"))
        .isEqualTo("null");
  }

  private String fineMean(int scale, String... numbers) throws StoreReadException, IOException {
    var type = SqlText.decimal(scale);
    var unit = BigDecimal.ONE.movePointLeft(scale).toPlainString();
    return over("mean_of_fine_decimal(x, CAST('%s' AS %s))".formatted(unit, type), type, numbers);
  }

  private String of(String function, String type, String number)
      throws StoreReadException, IOException {
    return one("%s(CAST('%s' AS %s))".formatted(function, number, type));
  }

  private String mean(String function, String type, String... numbers)
      throws StoreReadException, IOException {
    return over(function + "(x)", type, numbers);
  }

  /** An aggregate over numbers {@code x}. */
  private String over(String aggregate, String type, String... numbers)
      throws StoreReadException, IOException {
    var rows =
        java.util.Arrays.stream(numbers)
            .map(number -> "(CAST('" + number + "' AS " + type + "))")
            .collect(java.util.stream.Collectors.joining(", "));
    return one("(SELECT " + aggregate + " FROM (VALUES " + rows + ") v(x))");
  }

  @Test
  void refusesAnInfiniteSum() {
    assertThatThrownBy(
            () -> one("(SELECT finite_double(sum(x)) FROM (VALUES (1e308), (1e308)) v(x))"))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IMPOSSIBLE));
  }
}
