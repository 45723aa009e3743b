package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.AccessPlan;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.store.StorePlan;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Secrets that users made and pipelines refer to. They have no label to select them by, and a
 * changed password should not wait for a resync. So all Secrets are watched but for Helm's, which
 * are large and many; of each only the name is kept, and the reconcile reads the one it needs.
 */
final class ReferencedSecrets extends InformerEventSource<Secret, DataPipeline> {
  private final IndexerResourceCache<DataPipeline> pipelines;
  private final Consumer<DataPipeline> accessChanged;

  private ReferencedSecrets(
      InformerEventSourceConfiguration<Secret> configuration,
      EventSourceContext<DataPipeline> context,
      Consumer<DataPipeline> accessChanged) {
    super(configuration, context);
    this.pipelines = context.getPrimaryCache();
    this.accessChanged = accessChanged;
  }

  static ReferencedSecrets create(
      EventSourceContext<DataPipeline> context, Consumer<DataPipeline> accessChanged) {
    var pipelines = context.getPrimaryCache();
    var configuration =
        InformerEventSourceConfiguration.from(Secret.class, DataPipeline.class)
            .withName("referenced-secrets")
            .withNamespacesInheritedFromController()
            .withLabelSelector(PipelineNames.MANAGED_BY_LABEL + "!=" + PipelineNames.MANAGER)
            .withFieldSelector(
                new FieldSelectorBuilder().withoutField("type", "helm.sh/release.v1").build())
            .withInformerListLimit(EventSources.PAGE)
            .withPrimaryToSecondaryMapper((DataPipeline _) -> Set.of())
            .withSecondaryToPrimaryMapper(
                secret ->
                    referring(pipelines, secret)
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
            .build();
    return new ReferencedSecrets(
        new StoreEach<>(configuration, ReferencedSecrets::namesOnly), context, accessChanged);
  }

  private static ItemStore<Secret> namesOnly() {
    return new TransformingItemStore<>(
        secret ->
            new SecretBuilder()
                .withMetadata(
                    new ObjectMetaBuilder().withUid(secret.getMetadata().getUid()).build())
                .build());
  }

  /** A revoked key must not wait for a reconcile, which may stand in line. */
  @Override
  public void onUpdate(Secret before, Secret now) {
    tell(now);
    super.onUpdate(before, now);
  }

  @Override
  public void onDelete(Secret secret, boolean finalStateUnknown) {
    tell(secret);
    super.onDelete(secret, finalStateUnknown);
  }

  private void tell(Secret secret) {
    referring(pipelines, secret)
        .filter(
            pipeline ->
                AccessPlan.of(pipeline.getSpec())
                    .secrets()
                    .contains(secret.getMetadata().getName()))
        .forEach(accessChanged);
  }

  private static Stream<DataPipeline> referring(
      IndexerResourceCache<DataPipeline> pipelines, Secret secret) {
    return pipelines.list(
        secret.getMetadata().getNamespace(),
        pipeline -> refersTo(pipeline, secret.getMetadata().getName()));
  }

  private static boolean refersTo(DataPipeline pipeline, String secret) {
    if (pipeline.getSpec() == null) {
      return false;
    }
    return secret.equals(pipeline.getSpec().topic().kafkaSecretName())
        || AccessPlan.of(pipeline.getSpec()).secrets().contains(secret)
        || StorePlan.secrets(pipeline.getSpec().store()).contains(secret);
  }
}
