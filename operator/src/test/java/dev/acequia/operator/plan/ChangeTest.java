package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeTest {
  private static final Release LIVE =
      new Release("flights-definition-old", "runtime:1", "flights-writer", "0ld");

  private Facts.@Nullable StoreSecret store =
      new Facts.StoreSecret("postgresql://db/warehouse", "hash");

  private static final Facts.Topic KNOWN = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6);

  private Facts.@Nullable Topic topic = KNOWN;
  private String spec = "suspend: false";
  private String writer = "";
  private Facts.Login login = new Facts.Login("role", "password", "hash");
  private @Nullable KafkaLogins kafka;

  @Test
  void anImageIsTheReleasesChangeAndAnEditIsTheOwners() {
    var before = change("runtime:1", 7, null);
    var released = change("runtime:2", 7, null);
    assertThat(released.version()).isNotEqualTo(before.version());
    assertThat(released.edit()).isEqualTo(before.edit());
    var edited = change("runtime:1", 8, null);
    assertThat(edited.edit()).isNotEqualTo(before.edit());
  }

  @Test
  void aRotatedPasswordOfTheStoreIsACredentialsChange() {
    var before = change("runtime:1", 7, null);
    store = new Facts.StoreSecret("postgresql://db/warehouse", "another");
    var rotated = change("runtime:1", 7, null);
    assertThat(rotated.version()).isNotEqualTo(before.version());
    assertThat(rotated.credentials()).isNotEqualTo(before.credentials());
    assertThat(rotated.edit()).isEqualTo(before.edit());
  }

  /** Three pipelines with bad writers of their own hold back nobody who has another. */
  @Test
  void aSecretOfAReadyWriterIsPartOfTheCredentials() {
    var generated = change("runtime:1", 7, null);
    spec = "suspend: false";
    login = new Facts.Login("role", "another", "another");
    assertThat(change("runtime:1", 7, null).credentials()).isEqualTo(generated.credentials());
    writer = ", writerSecretName: writer, readerSecretName: reader";
    var ready = change("runtime:1", 7, null);
    assertThat(ready.credentials()).isNotEqualTo(generated.credentials());
    login = new Facts.Login("role", "third", "third");
    assertThat(change("runtime:1", 7, null).credentials()).isNotEqualTo(ready.credentials());
  }

  @Test
  void aPasswordForKafkaIsToldFromItsCertificate() {
    kafka = login("secret");
    var before = change("runtime:1", 7, null);
    kafka = login("another");
    var rotated = change("runtime:1", 7, null);
    assertThat(rotated.version()).isNotEqualTo(before.version());
    assertThat(rotated.kafkaPassword()).isNotEqualTo(before.kafkaPassword());
    assertThat(rotated.certificate()).isEqualTo(before.certificate());
    assertThat(rotated.credentials()).isEqualTo(before.credentials());
  }

  @Test
  void isNotWholeWithoutTheSecretOfItsStore() {
    assertThat(change("runtime:1", 7, null).isWhole()).isTrue();
    store = null;
    assertThat(change("runtime:1", 7, null).isWhole()).isFalse();
  }

  /** A status that somebody emptied must not let a whole fleet through. */
  @Test
  void onlyAnOlderGenerationThatWasReportedTellsOfAnEdit() {
    assertThat(change("runtime:1", 7, null).isSeen()).isTrue();
    assertThat(change("runtime:1", 7, observed(7)).isSeen()).isTrue();
    assertThat(change("runtime:1", 8, observed(7)).isSeen()).isFalse();
  }

  @Test
  void theOrderOfAConfigurationsKeysIsNoChange() {
    assertThat(Change.ofPods(Stream.of(labelled("a", "b"))))
        .isEqualTo(Change.ofPods(Stream.of(labelled("b", "a"))))
        .isNotEqualTo(Change.ofPods(Stream.of(labelled("a", "c"))));
  }

  /** Kafka may not have answered yet, and may come back with other ids for all topics at once. */
  @Test
  void aTopicIsNoEditAndItsPartitionsAreOne() {
    var before = change("runtime:1", 7, null);
    topic = new Facts.Topic("BBBBBBBBBBBBBBBBBBBBBQ", 6);
    var recreated = change("runtime:1", 7, null);
    assertThat(recreated.version()).isNotEqualTo(before.version());
    assertThat(recreated.edit()).isEqualTo(before.edit());
    assertThat(recreated.isGrown()).isFalse();
    assertThat(before.isOtherTopic()).isFalse();
    assertThat(recreated.isOtherTopic()).isTrue();
    assertThat(recreated.credentials()).isEqualTo(before.credentials());
    topic = new Facts.Topic(KNOWN.id(), 12);
    assertThat(change("runtime:1", 7, null).isGrown()).isTrue();
    topic = null;
    assertThat(change("runtime:1", 7, null).edit()).isEqualTo(before.edit());
  }

  @Test
  void aNumberOfPodsIsNoEdit() {
    var before = change("runtime:1", 7, null);
    spec =
        "suspend: true\n  consumer: {replicas: 3}\n  api: {replicas: 2}\n  topic: {retention: 9d}";
    assertThat(Change.isSameEdit(change("runtime:1", 8, null).edit(), before.edit())).isTrue();
    spec = "description: another";
    assertThat(Change.isSameEdit(change("runtime:1", 8, null).edit(), before.edit())).isFalse();
    // Another operator may know of more in a spec.
    assertThat(Change.isSameEdit(change("runtime:1", 7, null).edit(), before.edit())).isTrue();
  }

  private static HasMetadata labelled(String... keys) {
    var labels = new LinkedHashMap<String, String>();
    List.of(keys).forEach(key -> labels.put(key, ""));
    return new DeploymentBuilder()
        .withNewSpec()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static DataPipelineStatus observed(long generation) {
    return Serialization.unmarshal(
        Serialization.asJson(Map.of("observedGeneration", generation)), DataPipelineStatus.class);
  }

  private static KafkaLogins login(String password) {
    return KafkaLogins.ofAll(KafkaCredentials.scram("flights", password, "PEM"));
  }

  private Change change(String image, long generation, @Nullable DataPipelineStatus former) {
    var pipeline =
        Serialization.unmarshal(
            """
            metadata: {name: flights, namespace: ops, generation: %d}
            spec:
              schema: {fields: [{name: flight, type: int32, required: true}]}
              store: {postgres: {secretName: warehouse%s}}
              %s
            """
                .formatted(generation, writer, spec),
            DataPipeline.class);
    var platform =
        PlatformConfig.parse(
            "{runtimeImage: '%s', kafka: {bootstrapServers: 'kafka:9092'}}".formatted(image));
    var facts =
        new Facts(
            "uid", topic, store, login, login, kafka, Set.of(), LIVE, LIVE, Facts.Replays.NONE);
    return Change.of(
        pipeline,
        former,
        platform,
        facts,
        PipelinePlan.of(pipeline, platform, facts),
        image,
        true,
        KNOWN,
        false);
  }
}
