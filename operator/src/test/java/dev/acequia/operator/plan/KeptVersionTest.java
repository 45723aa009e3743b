package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Fingerprint;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.status.PipelineStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What an operator does with a pipeline that waits, when it would make another definition of it.
 */
class KeptVersionTest {
  private final PipelinePlan before = served(pipeline("{maxPageSize: 100}", "int32"));
  private final Deployment live = Objects.requireNonNull(before.api());
  private final List<ConfigMap> definitions =
      List.of(Objects.requireNonNull(before.definitionMap()));

  @Test
  void aDefaultThatTheNextReleaseChangesWaitsWithIt() {
    var newer = pipeline("{maxPageSize: 200}", "int32");
    assertThat(kept(newer, "hash", before).of(live, definitions)).contains(live);
  }

  @Test
  void newCredentialsReachItInTheDefinitionThatItHas() {
    var newer = pipeline("{maxPageSize: 200}", "int32");
    var rotated = kept(newer, "rotated", before).of(live, definitions);
    assertThat(rotated.flatMap(Release::of))
        .contains(
            new Release(
                definition(live), "runtime:1", "flights-reader", Fingerprint.of("rotated", "")));
  }

  /**
   * A Pod keeps the identity that it was made with, so another one comes with a new Pod, in turn.
   */
  @Test
  void anotherIdentityOfThePlatformWaitsWithTheRelease() {
    var pipeline = pipeline("{maxPageSize: 100}", "int32");
    pipeline.setStatus(PipelineStatus.beforeMigration(null, before));
    var platform =
        PlatformConfig.parse(
            """
            {runtimeImage: 'runtime:2', kafka: {bootstrapServers: 'kafka:9092'},
             serviceAccounts: {api: {annotations: {cloud/role: a}}, migration: {annotations: {cloud/role: b}}}}
            """);
    var job = Objects.requireNonNull(before.migration()).getMetadata().getName();
    var facts = facts(Set.of(job), "hash", Release.of(live).orElseThrow());
    var kept = KeptVersion.of(pipeline, platform, facts).orElseThrow();
    assertThat(kept.migration().getMetadata().getName()).isEqualTo(job);
    assertThat(kept.hasOtherCredentials(Objects.requireNonNull(before.migration()))).isFalse();
    assertThat(kept.of(live, definitions)).contains(live);
    var newest = PipelinePlan.of(pipeline, platform.withRuntimeImage("runtime:1"), facts);
    assertThat(
            Objects.requireNonNull(newest.api())
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations())
        .containsKey(PipelineNames.IDENTITY_ANNOTATION);
  }

  /** Its owner changed the schema, and the release came before the migration had succeeded. */
  @Test
  void takesTheDefinitionThatItsOwnMigrationWasMadeFor() {
    var edited = pipeline("{maxPageSize: 100}", "int64");
    var made = served(edited);
    assertThat(kept(edited, "hash", made).of(live, definitions).map(KeptVersionTest::definition))
        .contains(definition(Objects.requireNonNull(made.api())));
  }

  @Test
  void takesTheDefinitionThatCanBeMadeWhereItsOwnIsGone() {
    var newer = pipeline("{maxPageSize: 200}", "int32");
    assertThat(kept(newer, "hash", before).of(live, List.of()).map(KeptVersionTest::definition))
        .contains(definition(Objects.requireNonNull(served(newer).api())));
  }

  @Test
  void leavesADefinitionThatOnlyAnotherOperatorCanRead() {
    var newer = pipeline("{maxPageSize: 200}", "int32");
    var strange =
        new ConfigMapBuilder(definitions.getFirst())
            .withData(Map.of(RuntimePod.DEFINITION_FILE, "{\"name\": 1"))
            .build();
    assertThat(kept(newer, "hash", before).of(live, List.of(strange))).contains(live);
  }

  /** The version of this pipeline for an operator whose own runtime is newer. */
  private static KeptVersion kept(DataPipeline pipeline, String readerHash, PipelinePlan migrated) {
    pipeline.setStatus(PipelineStatus.beforeMigration(null, migrated));
    var release = Release.of(Objects.requireNonNull(migrated.api())).orElse(null);
    var platform = platform("runtime:2");
    var first = KeptVersion.of(pipeline, platform, facts(Set.of(), readerHash, release));
    var job = first.orElseThrow().migration().getMetadata().getName();
    return KeptVersion.of(pipeline, platform, facts(Set.of(job), readerHash, release))
        .orElseThrow();
  }

  private static PipelinePlan served(DataPipeline pipeline) {
    var platform = platform("runtime:1");
    var job =
        Objects.requireNonNull(
                PipelinePlan.of(pipeline, platform, facts(Set.of(), "hash", null)).migration())
            .getMetadata()
            .getName();
    return PipelinePlan.of(pipeline, platform, facts(Set.of(job), "hash", null));
  }

  private static PlatformConfig platform(String image) {
    return PlatformConfig.parse(
        "{runtimeImage: '%s', kafka: {bootstrapServers: 'kafka:9092'}}".formatted(image));
  }

  private static Facts facts(Set<String> succeeded, String readerHash, @Nullable Release live) {
    return new Facts(
        "uid",
        new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6),
        new Facts.StoreSecret("postgresql://db/warehouse", "hash"),
        new Facts.Login("writer", "password", "hash"),
        new Facts.Login("reader", "password", readerHash),
        null,
        succeeded,
        live,
        live,
        Facts.Replays.NONE);
  }

  private static String definition(Deployment deployment) {
    return Optional.of(deployment).flatMap(Release::of).orElseThrow().definition();
  }

  private static DataPipeline pipeline(String api, String type) {
    return Serialization.unmarshal(
        """
        metadata: {name: flights, namespace: ops}
        spec:
          schema: {fields: [{name: flight, type: %s, required: true}]}
          store: {postgres: {secretName: warehouse}}
          api: %s
        """
            .formatted(type, api),
        DataPipeline.class);
  }
}
