package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

class RowPartsTest {
  /** Manifests refuse such a value, and the load would stop. */
  @Test
  void aDecimalThatTruncationMakesLongerIsTooLong() {
    var type = Types.DecimalType.of(4, 2);
    var truncated = Transforms.<BigDecimal>truncate(100).bind(type).apply(new BigDecimal("-99.50"));
    assertThat(truncated).isEqualTo("-100.00");
    assertThat(RowParts.isTooLong(truncated, type)).isTrue();
    assertThat(RowParts.isTooLong(new BigDecimal("-99.00"), type)).isFalse();
    assertThat(RowParts.isTooLong(null, type)).isFalse();
  }
}
