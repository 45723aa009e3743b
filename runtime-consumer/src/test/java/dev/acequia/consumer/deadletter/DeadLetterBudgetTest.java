package dev.acequia.consumer.deadletter;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class DeadLetterBudgetTest {
  private static final DeadLetter LETTER =
      new DeadLetter(
          new ConsumerRecord<>(
              "ops.flights", 3, 42, ByteBuffer.allocate(0), ByteBuffer.allocate(0)),
          1,
          null,
          ErrorClass.WrongType,
          "id",
          "expected an integer, found a string");

  private final DeadLetterBudget budget = budget(0.05);

  private static DeadLetterBudget budget(double maxRatio) {
    var definition =
        new PipelineDefinition(
            "ops",
            "flights",
            null,
            new Schema(
                List.of(),
                List.of(new Field("id", FieldType.INT32, false, null)),
                UnknownFields.REJECT),
            new TopicDefinition("ops.flights", "AAAAAAAAAAAAAAAAAAAAAA", 1, "ops.flights.dlq"),
            new StoreDefinition.Postgres("ops", "flights"),
            LoadMode.APPEND,
            1000,
            maxRatio,
            null);
    return new DeadLetterBudget(
        definition, new DeadLetterHistory(definition, new KafkaConnection(Map.of()), "test"));
  }

  private void store(long records, long bad) {
    try (var share = budget.setOut(records, bad)) {
      share.stored();
    }
  }

  @Test
  void judgesBatchesThatAreOnTheirWayTogether() {
    try (var first = budget.setOut(600, 60);
        var second = budget.setOut(600, 60)) {
      assertThatThrownBy(() -> first.judge(LETTER))
          .hasMessageContaining("120 of the last 1200 records");
      assertThatThrownBy(() -> second.judge(LETTER)).isInstanceOf(TerminationException.class);
      assertThatThrownBy(() -> budget.check(1, 1, LETTER))
          .hasMessageContaining("121 of the last 1201 records");
    }
    // Neither was stored.
    assertThatCode(() -> budget.check(900, 900, LETTER)).doesNotThrowAnyException();
  }

  @Test
  void countsWhatTheStoreRejectsOnceThoughABatchIsTriedAgain() throws Exception {
    try (var share = budget.setOut(1000, 0)) {
      for (var attempt = 0; attempt < 3; attempt++) {
        share.beginAnew();
        for (var row = 0; row < 50; row++) {
          share.reject(LETTER);
        }
      }
      assertThatThrownBy(() -> share.reject(LETTER)).hasMessageContaining("51 of the last 1000");
    }
  }

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
      store(10, 1);
    }
    assertThatThrownBy(() -> budget.check(10, 1, LETTER)).isInstanceOf(TerminationException.class);
    for (var batch = 0; batch < 100; batch++) {
      store(10, 0);
    }
    assertThatCode(() -> budget.check(10, 10, LETTER)).doesNotThrowAnyException();
  }

  @Test
  void allowsWhatTheDefinitionAllows() {
    assertThatCode(() -> budget(1).check(5000, 5000, LETTER)).doesNotThrowAnyException();
    assertThatCode(() -> budget(0).check(999, 1, LETTER)).doesNotThrowAnyException();
    assertThatThrownBy(() -> budget(0).check(1000, 1, LETTER))
        .hasMessageContaining("maxRatio 0 allows");
    assertThatThrownBy(() -> budget(0.2).check(1000, 201, LETTER))
        .hasMessageContaining("maxRatio 0.2 allows")
        .hasMessageContaining("./acequia dead-letters list flights -n ops");
  }
}
