package dev.acequia.operator.plan;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.RuntimeVariable;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The version of a pipeline that a Deployment runs. While a migration has not succeeded the old
 * release goes on, with the new number of replicas and all else that needs no migration.
 *
 * @param definition name of the ConfigMap
 * @param image the runtime's image
 * @param storeSecret name of the Secret the Pods log on to the store with; null where they do not
 * @param credentials hash over the Secrets' contents
 * @param replay what the consumer is told to read again; null when nothing ever was
 */
public record Release(
    String definition,
    String image,
    @Nullable String storeSecret,
    String credentials,
    @Nullable ReplayOrder replay) {

  /** A release without a replay. */
  public Release(
      String definition, String image, @Nullable String storeSecret, String credentials) {
    this(definition, image, storeSecret, credentials, null);
  }

  Release withDefinition(String other) {
    return new Release(other, image, storeSecret, credentials, replay);
  }

  /**
   * What this Deployment runs; empty when it is not one of ours, or when a former operator made it
   * whose images read Secrets from the environment.
   */
  public static Optional<Release> of(Deployment deployment) {
    var template = deployment.getSpec().getTemplate();
    var containers = template.getSpec().getContainers();
    var credentials =
        template.getMetadata().getAnnotations().get(PipelineNames.CREDENTIALS_ANNOTATION);
    if (containers.isEmpty() || credentials == null) {
      return Optional.empty();
    }
    var container = containers.getFirst();
    var definition = definitionOf(template);
    return readsSecretsFromEnvironment(container) || definition.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Release(
                definition.get(),
                container.getImage(),
                storeSecret(template.getSpec().getVolumes()).orElse(null),
                credentials,
                replay(container)));
  }

  private static boolean readsSecretsFromEnvironment(Container container) {
    return container.getEnv().stream()
        .anyMatch(
            variable ->
                variable.getValueFrom() != null
                    && variable.getValueFrom().getSecretKeyRef() != null);
  }

  private static Optional<String> storeSecret(List<Volume> volumes) {
    return SecretFile.secretOf(RuntimeVariable.STORE_USERNAME, volumes);
  }

  /**
   * A Deployment that runs this release, and is as this one else. An operator whose templates are
   * newer can so keep a pipeline's version alive.
   *
   * @param live what {@link #of(Deployment)} can read
   */
  public Deployment on(Deployment live) {
    return new DeploymentBuilder(live)
        .editSpec()
        .editTemplate()
        .editMetadata()
        .addToAnnotations(PipelineNames.CREDENTIALS_ANNOTATION, credentials)
        .endMetadata()
        .editSpec()
        .editFirstContainer()
        .withImage(image)
        .endContainer()
        .withVolumes(
            live.getSpec().getTemplate().getSpec().getVolumes().stream().map(this::on).toList())
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private Volume on(Volume live) {
    if (live.getConfigMap() != null) {
      return new VolumeBuilder(live).editConfigMap().withName(definition).endConfigMap().build();
    }
    return storeSecret(List.of(live)).isEmpty()
        ? live
        : new VolumeBuilder(live)
            .editProjected()
            .editFirstSource()
            .editSecret()
            .withName(storeSecret)
            .endSecret()
            .endSource()
            .endProjected()
            .build();
  }

  /** The name of the ConfigMap that a migration goes by. */
  public static Optional<String> definitionOf(Job migration) {
    return definitionOf(migration.getSpec().getTemplate());
  }

  private static Optional<String> definitionOf(PodTemplateSpec template) {
    return template.getSpec().getVolumes().stream()
        .filter(volume -> volume.getConfigMap() != null)
        .map(volume -> volume.getConfigMap().getName())
        .findFirst();
  }

  /** Null too where somebody has written something else there, which is then replaced. */
  private static @Nullable ReplayOrder replay(Container container) {
    try {
      return container.getEnv().stream()
          .filter(variable -> variable.getName().equals(RuntimeVariable.ACEQUIA_REPLAY.name()))
          .map(variable -> ReplayOrder.fromJson(RuntimePod.value(variable)))
          .findFirst()
          .orElse(null);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
