package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.status.PipelineStatus;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the informers keep of a pipeline that is Ready: a large fleet has all of it in memory. */
class InformerCachesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String LONG = "x".repeat(200_000);

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String namespace = cluster.newNamespace();
  private final Pipelines pipelines = new Pipelines();
  private final Replays replays = new Replays();
  private final Operator watching =
      new Operator(
          overrider -> overrider.withKubernetesClient(client).withCloseClientOnStop(false));

  @BeforeEach
  void serve() {
    cluster.node.decide(PretendNode::allGoesWell);
    try (var _ = cluster.startOperator()) {
      client
          .resource(
              Serialization.unmarshal(
                  """
                  apiVersion: acequia.dev/v1alpha1
                  kind: DataPipeline
                  metadata:
                    name: flights
                    namespace: %s
                    annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
                  spec:
                    schema: {fields: [{name: flight, type: int32, required: true}]}
                    topic: {partitions: 1}
                    store: {postgres: {secretName: warehouse}}
                  """
                      .formatted(namespace),
                  DataPipeline.class))
          .create();
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                var status = find().getStatus();
                return status != null && PipelineStatus.isReady(status);
              });
    }
    watching.register(pipelines);
    watching.register(replays);
    watching.start();
  }

  @AfterEach
  void letGo() {
    watching.stop();
    try (var _ = cluster.startOperator()) {
      client.resources(DataPipeline.class).inNamespace(namespace).delete();
      await().atMost(LIMIT).until(() -> find() == null);
    }
  }

  @Test
  void keepWhatIsComparedOrObservedAndNoMore() {
    for (var type :
        List.of(
            ConfigMap.class,
            Secret.class,
            ServiceAccount.class,
            Service.class,
            Job.class,
            Deployment.class)) {
      assertThat(kept(type, pipelines.sources))
          .as(type.getSimpleName())
          .isNotEmpty()
          .flatExtracting(object -> object.getMetadata().getManagedFields())
          .extracting(ManagedFieldsEntry::getManager)
          .containsOnly(PipelineNames.MANAGER);
    }
    assertThat(kept(Pod.class, pipelines.sources))
        .isNotEmpty()
        .allSatisfy(
            pod -> {
              assertThat(pod.getMetadata().getManagedFields()).isEmpty();
              assertThat(pod.getSpec().getContainers()).isEmpty();
              assertThat(pod.getStatus().getContainerStatuses()).isNotEmpty();
            });
    assertThat(kept(ReplicaSet.class, pipelines.sources))
        .isNotEmpty()
        .allSatisfy(
            set -> {
              assertThat(set.getMetadata().getManagedFields()).isEmpty();
              assertThat(set.getSpec().getTemplate()).isNull();
              assertThat(set.getMetadata().getOwnerReferences()).isNotEmpty();
            });
  }

  @Test
  void keepThePipelineOnceAndForReplaysAnExtractOfIt() {
    assertThat(kept(DataPipeline.class, replays.sources))
        .hasSize(1)
        .allSatisfy(
            pipeline -> {
              assertThat(pipeline.getMetadata().getManagedFields()).isEmpty();
              assertThat(pipeline.getSpec().schema().fields()).isEmpty();
              assertThat(pipeline.getStatus().conditions()).isNotEmpty();
            });
  }

  @Test
  void keepOfWhatOthersGiveTheSameLabelsTheIdentityAlone() {
    client
        .resource(new ConfigMapBuilder().withMetadata(theirs()).addToData("a", LONG).build())
        .create();
    client
        .resource(
            new PodBuilder()
                .withMetadata(theirs())
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("x")
                .addNewEnv()
                .withName("LONG")
                .withValue(LONG)
                .endEnv()
                .endContainer()
                .endSpec()
                .build())
        .create();
    for (var type : List.of(ConfigMap.class, Pod.class)) {
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(kept(type, pipelines.sources))
                      .filteredOn(object -> object.getMetadata().getName().equals("theirs"))
                      .singleElement()
                      .satisfies(
                          object ->
                              assertThat(Serialization.asJson(object)).hasSizeLessThan(1000)));
    }
  }

  /** Otherwise a tenant that writes labels fills the index, and a reconcile reads all of it. */
  @Test
  void forgetWhichPipelineAnObjectLedToOnceItLeadsToAnother() {
    var map = new ConfigMapBuilder().withMetadata(theirs()).build();
    client.resource(map).create();
    await().atMost(LIMIT).until(() -> mapsOfFlights().contains("theirs"));
    map.getMetadata().getLabels().put(PipelineNames.INSTANCE_LABEL, "trains");
    client.resource(map).update();
    await().atMost(LIMIT).until(() -> !mapsOfFlights().contains("theirs"));
    assertThat(mapsOfFlights()).isNotEmpty();
  }

  private List<String> mapsOfFlights() {
    return pipelines.sources.stream()
        .filter(source -> source.resourceType().equals(ConfigMap.class))
        .flatMap(source -> source.getSecondaryResources(find()).stream())
        .map(object -> ((ConfigMap) object).getMetadata().getName())
        .toList();
  }

  @Test
  void keepNoAnnotationsOfAReplayForItsPipeline() {
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipelineReplay
                metadata: {name: again, namespace: %s, annotations: {a: %s}}
                spec: {pipeline: flights, from: {earliest: true}}
                """
                    .formatted(namespace, LONG),
                DataPipelineReplay.class))
        .create();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(kept(DataPipelineReplay.class, pipelines.sources))
                    .singleElement()
                    .satisfies(
                        replay -> assertThat(Serialization.asJson(replay)).hasSizeLessThan(1000)));
    client.resources(DataPipelineReplay.class).inNamespace(namespace).delete();
  }

  private ObjectMeta theirs() {
    return new ObjectMetaBuilder()
        .withName("theirs")
        .withNamespace(namespace)
        .withLabels(new PipelineNames(namespace, "flights").labels())
        .withAnnotations(Map.of("acequia.dev/theirs", LONG))
        .build();
  }

  /** A list has identities only. */
  private <R extends HasMetadata> Stream<R> objects(InformerEventSource<R, ?> source) {
    return source
        .list(namespace, _ -> true)
        .flatMap(one -> source.get(ResourceID.fromResource(one)).stream());
  }

  private <R extends HasMetadata> List<R> kept(
      Class<R> type, List<? extends EventSource<?, ?>> sources) {
    return sources.stream()
        .filter(source -> source.resourceType().equals(type))
        .filter(InformerEventSource.class::isInstance)
        .flatMap(source -> objects((InformerEventSource<?, ?>) source))
        .filter(
            object ->
                CustomResource.class.isAssignableFrom(type)
                    || PipelineNames.MANAGER.equals(
                        object.getMetadata().getLabels().get(PipelineNames.MANAGED_BY_LABEL)))
        .map(type::cast)
        .toList();
  }

  private DataPipeline find() {
    return client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").get();
  }

  /** Watches as the operator does, and does nothing. */
  @ControllerConfiguration(name = "watched-pipelines")
  private static final class Pipelines implements Reconciler<DataPipeline> {
    private List<EventSource<?, DataPipeline>> sources = List.of();

    @Override
    public List<EventSource<?, DataPipeline>> prepareEventSources(
        EventSourceContext<DataPipeline> context) {
      sources =
          EventSources.of(context, PipelineRendering.kinds(TestCluster.get().platform), _ -> {});
      return sources;
    }

    @Override
    public UpdateControl<DataPipeline> reconcile(
        DataPipeline pipeline, Context<DataPipeline> context) {
      return UpdateControl.noUpdate();
    }
  }

  /** The same for replays. */
  @ControllerConfiguration(name = "watched-replays")
  private static final class Replays implements Reconciler<DataPipelineReplay> {
    private List<EventSource<?, DataPipelineReplay>> sources = List.of();

    @Override
    public List<EventSource<?, DataPipelineReplay>> prepareEventSources(
        EventSourceContext<DataPipelineReplay> context) {
      sources = EventSources.ofReplays(context);
      return sources;
    }

    @Override
    public UpdateControl<DataPipelineReplay> reconcile(
        DataPipelineReplay replay, Context<DataPipelineReplay> context) {
      return UpdateControl.noUpdate();
    }
  }
}
