package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnTypeTest {
  private static Field decimal(int precision, int scale) {
    return new Field("x", FieldType.DECIMAL, false, new Digits(precision, scale), null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric(9,2)  | 9  | 2  | true",
        "numeric(9,2)  | 38 | 2  | true",
        "numeric(9,2)  | 8  | 2  | false",
        "numeric(9,2)  | 12 | 4  | false",
        "numeric(9,2)  | 9  | 0  | false",
        "numeric       | 38 | 18 | false",
        "numeric(50,2) | 38 | 2  | false",
        "numeric(2,-3) | 38 | 2  | false",
        "integer       | 12 | 2  | true",
        "integer       | 11 | 2  | false",
        "bigint        | 19 | 0  | true",
        "bigint        | 20 | 2  | false",
        "text          | 38 | 0  | false"
      })
  void becomesADecimalWithDigits(String column, int precision, int scale, boolean allowed) {
    assertThat(ColumnType.widens(column, decimal(precision, scale))).isEqualTo(allowed);
  }

  /** A person may have made the column. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric(9,2)     | true",
        "numeric(1000,2)  | true",
        "bigint           | true",
        "double precision | false",
        "text             | false"
      })
  void becomesADecimalOfAnyDigits(String column, boolean allowed) {
    assertThat(ColumnType.widens(column, new Field("x", FieldType.DECIMAL, false, null)))
        .isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric(9,2) | decimal(9,2)",
        "numeric      | decimal",
        "bigint       | int64",
        "interval     | interval"
      })
  void isNamedAsInADefinition(String column, String name) {
    assertThat(ColumnType.spelled(column)).isEqualTo(name);
  }
}
