package dev.acequia.consumer.deadletter;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class DeadLetterBudgetTest {
  private static final DeadLetter LETTER =
      new DeadLetter(
          new ConsumerRecord<>(
              "ops.flights", 3, 42, ByteBuffer.allocate(0), ByteBuffer.allocate(0)),
          ErrorClass.WrongType,
          "id",
          "expected an integer, found a string");

  private final DeadLetterBudget budget = new DeadLetterBudget();

  @Test
  void judgesNothingBeforeAThousandRecords() {
    assertThatCode(() -> budget.check(999, 999, LETTER)).doesNotThrowAnyException();
  }

  @Test
  void allowsOneInTwentyAndNoMore() {
    assertThatCode(() -> budget.check(1000, 50, LETTER)).doesNotThrowAnyException();
    assertThatThrownBy(() -> budget.check(1000, 51, LETTER))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("51 of the last 1000 records")
        .hasMessageContaining("offset 42 of partition 3 of ops.flights: field 'id'");
  }

  @Test
  void addsUpSmallBatchesAndForgetsOldOnes() {
    for (var batch = 0; batch < 99; batch++) {
      budget.stored(10, 1);
    }
    assertThatThrownBy(() -> budget.check(10, 1, LETTER)).isInstanceOf(TerminationException.class);
    for (var batch = 0; batch < 100; batch++) {
      budget.stored(10, 0);
    }
    assertThatCode(() -> budget.check(10, 10, LETTER)).doesNotThrowAnyException();
  }
}
