package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableNamesTest {
  @Test
  void putsThePipelinesTablesBesideTheData() {
    var names = new TableNames("ops", "flights");
    assertThat(names.data()).isEqualTo("\"ops\".\"flights\"");
    assertThat(names.offsets()).isEqualTo("\"ops\".\"_acequia_offsets_flights\"");
    assertThat(names.idempotency()).isEqualTo("\"ops\".\"_acequia_idempotency_flights\"");
  }

  @Test
  void hashesWhatPostgresWouldCutOff() {
    var names = new TableNames("ops", "x".repeat(63));
    var other = new TableNames("ops", "x".repeat(62) + "y");
    assertThat(names.offsetsTable()).hasSizeLessThanOrEqualTo(63);
    assertThat(names.offsetsTable()).isNotEqualTo(other.offsetsTable());
  }
}
