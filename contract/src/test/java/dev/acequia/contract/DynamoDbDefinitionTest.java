package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DynamoDbDefinitionTest {
  private static PipelineDefinition flights(@Nullable Capacity capacity) {
    return new PipelineDefinition(
        "ops",
        "flights",
        null,
        new Schema(
            List.of("carrier"),
            List.of(
                new Field("carrier", FieldType.STRING, true, null),
                new Field("dep_time", FieldType.TIMESTAMP, true, null)),
            UnknownFields.REJECT),
        new TopicDefinition("ops.flights", "Vkzx5VNgS4uCd8_jwZ0aOg", 6, "ops.flights.dlq"),
        new StoreDefinition.DynamoDb(
            "ops.flights",
            "eu-central-1",
            null,
            List.of(new KeyIndex("by-time", "carrier", "dep_time")),
            "dep_time",
            true,
            capacity),
        LoadMode.UPSERT,
        1000,
        0.05,
        null);
  }

  @Test
  void readsBackWhatItWrote() {
    for (var definition : List.of(flights(null), flights(new Capacity(10, 20)))) {
      assertThat(PipelineDefinition.fromJson(definition.toJson())).isEqualTo(definition);
    }
  }

  @Test
  void declaresWhatItCanBeAsked() {
    assertThat(flights(null).store().traits().queries())
        .isEqualTo(new StoreQueries.ByKey(List.of(new KeyIndex("by-time", "carrier", "dep_time"))));
    assertThat(StoreTraits.QUICK.queries()).isEqualTo(new StoreQueries.Any());
  }

  @Test
  void hasAtLeastOneUnitOfACapacity() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Capacity(0, 1));
  }
}
