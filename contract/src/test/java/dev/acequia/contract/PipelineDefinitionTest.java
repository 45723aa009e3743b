package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineDefinitionTest {
  private static final PipelineDefinition FLIGHTS =
      new PipelineDefinition(
          "ops",
          "flights",
          "Departures from New York",
          new Schema(
              List.of("carrier", "flight"),
              List.of(
                  new Field("carrier", FieldType.STRING, true, "Two-letter IATA code"),
                  new Field("flight", FieldType.INT32, true, null),
                  new Field("dep_delay", FieldType.DOUBLE, false, null),
                  new Field("fare", FieldType.DECIMAL, false, new Digits(12, 2), null)),
              UnknownFields.REJECT),
          new TopicDefinition("ops.flights", "Vkzx5VNgS4uCd8_jwZ0aOg", 6, "ops.flights.dlq"),
          new StoreDefinition.Postgres("ops", "flights"),
          LoadMode.UPSERT,
          1000,
          0.05,
          new AcceptedOffsets("Vkzx5VNgS4uCd8_jwZ0aOg", 3, "earliest"));

  @Test
  void readsBackWhatItWrote() {
    assertThat(PipelineDefinition.fromJson(FLIGHTS.toJson())).isEqualTo(FLIGHTS);
  }

  @Test
  void writesTheSameBytesForEqualDefinitions() {
    assertThat(PipelineDefinition.fromJson(FLIGHTS.toJson()).toJson()).isEqualTo(FLIGHTS.toJson());
  }

  @Test
  void ignoresWhatANewerOperatorAdded() {
    var newer = FLIGHTS.toJson().replaceFirst("\\{", "{\"compression\":\"zstd\",");
    assertThat(PipelineDefinition.fromJson(newer)).isEqualTo(FLIGHTS);
  }

  @Test
  void saysWhereADocumentIsNoDefinition() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PipelineDefinition.fromJson("{\"mode\": \"sideways\"}"))
        .withMessageContaining("sideways");
    assertThatIllegalArgumentException().isThrownBy(() -> PipelineDefinition.fromJson("null"));
  }

  @Test
  void refusesAnUnknownKindOfStore() {
    var cellar = FLIGHTS.toJson().replace("\"kind\":\"postgres\"", "\"kind\":\"cellar\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PipelineDefinition.fromJson(cellar))
        .withMessageContaining("'cellar' as a subtype")
        .withMessageContaining("known type ids = [attic, bigquery, dynamodb, lake, postgres]");
  }

  /** A kind that this module does not know, as a test or another module brings one. */
  public static final class AtticKind implements StoreKind {
    record Attic(String shelf) implements StoreDefinition {
      @Override
      public String kind() {
        return "attic";
      }
    }

    @Override
    public String kind() {
      return "attic";
    }

    @Override
    public Class<? extends StoreDefinition> definition() {
      return Attic.class;
    }
  }

  @Test
  void readsBackAKindOfStoreThatIsFoundOnTheClassPath() {
    var stored =
        new PipelineDefinition(
            "ops",
            "flights",
            null,
            FLIGHTS.schema(),
            FLIGHTS.topic(),
            new AtticKind.Attic("top"),
            LoadMode.APPEND,
            1000,
            0.05,
            null);
    assertThat(stored.toJson()).contains("{\"kind\":\"attic\",\"shelf\":\"top\"}");
    assertThat(PipelineDefinition.fromJson(stored.toJson())).isEqualTo(stored);
  }

  @Test
  void namesTheConsumerGroupAfterThePipelineWhateverItsTopic() {
    assertThat(FLIGHTS.consumerGroup()).isEqualTo("ops.flights");
    assertThat(
            PipelineDefinition.fromJson(
                    FLIGHTS.toJson().replace("\"name\":\"ops.flights\"", "\"name\":\"adopted\""))
                .consumerGroup())
        .isEqualTo("ops.flights");
  }
}
