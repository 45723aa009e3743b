package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitsTest {
  @ParameterizedTest
  @CsvSource({"0,0", "39,0", "4,5", "4,-1"})
  void noDecimalHasThese(int precision, int scale) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Digits(precision, scale));
  }

  @Test
  void onlyADecimalHasAny() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Field("n", FieldType.INT64, false, new Digits(4, 2), null));
  }

  @ParameterizedTest
  @CsvSource({"4,2,true", "9,2,true", "3,2,false", "9,3,false", "9,1,false"})
  void growBeforeThePointOnly(int precision, int scale, boolean allowed) {
    assertThat(new Digits(precision, scale).canReplace(new Digits(4, 2))).isEqualTo(allowed);
  }

  @Test
  void areNamedAsInSql() {
    assertThat(new Field("n", FieldType.DECIMAL, false, new Digits(12, 2), null).typeName())
        .isEqualTo("decimal(12,2)");
    assertThat(new Field("n", FieldType.DECIMAL, false, null).typeName()).isEqualTo("decimal");
  }
}
