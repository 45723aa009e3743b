package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.StoreRefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StoreRefusalsTest {
  private static final StoreRefusedException REFUSED =
      new StoreRefusedException("permission denied", new SQLException());

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final StoreRefusals refusals = new StoreRefusals(nanos::get);

  private boolean needsPersonAfter(Duration pause) {
    nanos.addAndGet(pause.toNanos());
    return refusals.refused(REFUSED).isPresent();
  }

  @Test
  void asksForAPersonWhenRefusalsGoOn() {
    assertThat(needsPersonAfter(Duration.ZERO)).isFalse();
    assertThat(needsPersonAfter(Duration.ofSeconds(4))).isFalse();
    assertThat(needsPersonAfter(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void beginsAnewAfterTheWorkWasDone() {
    assertThat(needsPersonAfter(Duration.ZERO)).isFalse();
    refusals.passed();
    assertThat(needsPersonAfter(Duration.ofSeconds(30))).isFalse();
  }

  @Test
  void forgetsWhatWasLongAgo() {
    assertThat(needsPersonAfter(Duration.ZERO)).isFalse();
    assertThat(needsPersonAfter(Duration.ofHours(1))).isFalse();
  }
}
