package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every object of a plan, as YAML. After a change that is meant, {@code -Dbless} rewrites the
 * files; the diff is then the review.
 */
class GoldenPlanTest {
  private static final Path FOLDER = Path.of("src/test/resources/plan");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "append",
        "upsert",
        "suspended",
        "strimzi",
        "kafka-users",
        "kafka-own",
        "adopted",
        "protected",
        "sources",
        "lake",
        "lake-glue",
        "dynamodb",
        "bigquery"
      })
  void listsEveryObject(String name) throws IOException {
    var pipeline =
        Serialization.unmarshal(
            Files.readString(FOLDER.resolve(name + ".yaml")), DataPipeline.class);
    var platform = PlatformConfig.parse(Files.readString(FOLDER.resolve(name + ".platform.yaml")));
    var first = PipelinePlan.of(pipeline, platform, facts(platform));
    var job = Objects.requireNonNull(first.migration()).getMetadata().getName();
    var plan = PipelinePlan.of(pipeline, platform, facts(platform).withSucceeded(job));

    var yaml = yaml(plan.objects());
    var golden = FOLDER.resolve(name + ".expected.yaml");
    if (System.getProperty("bless") != null) {
      Files.writeString(golden, yaml);
    }
    assertThat(yaml).isEqualTo(Files.readString(golden));
  }

  private static Facts facts(PlatformConfig platform) {
    return new Facts(
        "7e0a6d1c-0000-4000-8000-000000000000",
        new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6),
        new Facts.StoreSecret("postgresql://db:5432/warehouse", "hash-of-warehouse"),
        new Facts.Login("a_writer", "a-password", "hash-of-writer"),
        new Facts.Login("a_reader", "a-password", "hash-of-reader"),
        platform.kafka().logsOn() ? logins(platform) : null,
        Set.of(),
        null,
        null,
        Facts.Replays.NONE);
  }

  private static KafkaLogins logins(PlatformConfig platform) {
    return platform.kafka().makesUsers()
        ? new KafkaLogins(login("a_consumer"), login("an_api"), true)
        : KafkaLogins.ofAll(login("a_user"));
  }

  private static KafkaCredentials login(String user) {
    return KafkaCredentials.scram(user, "a-password", "-----BEGIN CERTIFICATE-----\nx");
  }

  private static String yaml(List<HasMetadata> objects) {
    return objects.stream().map(Serialization::asYaml).collect(Collectors.joining());
  }
}
