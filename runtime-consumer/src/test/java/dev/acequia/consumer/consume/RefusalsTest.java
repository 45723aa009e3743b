package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Termination;
import dev.acequia.stores.StoreRefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final StoreRefusedException REFUSED =
      new StoreRefusedException("permission denied", new SQLException());

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final Refusals refusals = new Refusals(nanos::get);

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
  void aRefusalOfKafkasIsALogOnOrARight() {
    assertThat(refusals.refusedByKafka(new TopicAuthorizationException("flights"))).isEmpty();
    nanos.addAndGet(Duration.ofSeconds(4).toNanos());
    assertThat(refusals.refusedByKafka(new TimeoutException("late"))).isEmpty();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(refusals.refusedByKafka(new SaslAuthenticationException("invalid credentials")))
        .hasValueSatisfying(
            end -> {
              assertThat(end.termination().reason()).isEqualTo(Termination.Reason.KafkaRefused);
              assertThat(end.termination().message()).contains("invalid credentials");
            });
  }

  @Test
  void aGroupThatIsRefusedIsNotAskedForAgain() {
    assertThat(refusals.refusedByKafka(new GroupAuthorizationException("flights"))).isPresent();
  }

  @Test
  void forgetsWhatWasLongAgo() {
    assertThat(needsPersonAfter(Duration.ZERO)).isFalse();
    assertThat(needsPersonAfter(Duration.ofHours(1))).isFalse();
  }
}
