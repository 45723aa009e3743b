package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropPlanTest {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse("{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'kafka:9092'}}");

  @Test
  void needsNothingThatTheGarbageCollectionTakesAway() {
    var plan = plan("{secretName: warehouse}");
    assertThat(plan.objects())
        .allSatisfy(o -> assertThat(o.getMetadata().getOwnerReferences()).isEmpty());
    var pod = plan.job().getSpec().getTemplate().getSpec();
    assertThat(pod.getServiceAccountName())
        .isEqualTo("flights-migration")
        .isEqualTo(plan.identity().getMetadata().getName());
    assertThat(pod.getVolumes().getFirst().getConfigMap().getName()).isEqualTo("flights-drop");
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getProjected() != null)
        .flatExtracting(volume -> volume.getProjected().getSources())
        .extracting(source -> source.getSecret().getName())
        .containsOnly("warehouse");
  }

  @Test
  void removesTheRolesThatWereMadeAndLeavesTheReadyOnes() {
    assertThat(environment(plan("{secretName: warehouse, readerSecretName: ready}")))
        .extracting(EnvVar::getName)
        .contains("STORE_WRITER_USERNAME", "STORE_WRITER_PASSWORD")
        .doesNotContain("STORE_READER_USERNAME");
  }

  @Test
  void marksItsObjectsAsThePipelinesOwn() {
    var pipeline = pipeline("{secretName: warehouse}");
    pipeline.getMetadata().setUid("its-uid");
    assertThat(
            DropPlan.of(pipeline, PLATFORM, new DropPlan.Roles("a_writer", "a_reader")).objects())
        .allSatisfy(
            object ->
                assertThat(object.getMetadata().getAnnotations())
                    .containsEntry(PipelineNames.UID_ANNOTATION, "its-uid"));
  }

  /** Where no Secret has keys, the store knows who asks by the ServiceAccount alone. */
  @Test
  void runsUnderTheMigrationsIdentityWhichGoesWithTheDefinitionWhereItIsMadeAgain() {
    var plan = plan("{secretName: warehouse}");
    var there =
        new ConfigMapBuilder(plan.definition()).editMetadata().withUid("m").endMetadata().build();
    assertThat(plan.identity().getMetadata().getOwnerReferences()).isEmpty();
    assertThat(plan.identityBeside(there).getMetadata().getOwnerReferences())
        .singleElement()
        .returns("m", owner -> owner.getUid())
        .returns("flights-drop", owner -> owner.getName())
        .returns(null, owner -> owner.getController());
  }

  private static List<EnvVar> environment(DropPlan plan) {
    return plan.job().getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv();
  }

  private static DropPlan plan(String postgres) {
    return DropPlan.of(pipeline(postgres), PLATFORM, new DropPlan.Roles("a_writer", "a_reader"));
  }

  private static DataPipeline pipeline(String postgres) {
    return Serialization.unmarshal(
        """
        metadata: {name: flights, namespace: ops}
        spec:
          schema: {fields: [{name: flight, type: int32, required: true}]}
          store: {postgres: %s}
        """
            .formatted(postgres),
        DataPipeline.class);
  }
}
