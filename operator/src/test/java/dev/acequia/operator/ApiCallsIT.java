package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How much the operator asks the API server for at a time. Any object of a namespace can have more
 * than 1 MiB, and the operator's heap serves all namespaces.
 */
class ApiCallsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PIPELINES = 24;

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String namespace = cluster.newNamespace();
  private final Calls calls = new Calls();
  private final TestCluster.RunningOperator operator =
      new TestCluster.RunningOperator(
          new KubernetesClientBuilder()
              .withConfig(client.getConfiguration())
              .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("calls", calls))
              .build(),
          cluster.platform);

  @AfterEach
  void letGo() {
    var pipelines = client.resources(DataPipeline.class).inNamespace(namespace);
    pipelines.delete();
    await().atMost(LIMIT).until(() -> pipelines.list().getItems().isEmpty());
    operator.close();
  }

  @Test
  void listsAFewObjectsAtATime() {
    cluster.node.decide(PretendNode::allGoesWell);
    createKeys("first");
    create("flights", "");
    awaitCondition("flights", "Ready", "True");
    client
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("none")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .addToHard("pods", new Quantity("0"))
                .endSpec()
                .build())
        .create();
    createKeys("second");
    create("refused", "");
    awaitCondition("refused", "StoreReady", "Kubernetes refuses the Pod");

    assertThat(calls.lists.stream().map(URI::getPath).map(Calls::lastPart))
        .containsAll(plurals().toList())
        .contains("events");
    assertThat(calls.lists)
        .allSatisfy(
            list -> assertThat(list.getQuery()).containsPattern("(^|&)limit=([1-9]|10)(&|$)"));
  }

  @Test
  void writesAServiceAccountOnce() {
    cluster.node.decide(PretendNode::allGoesWell);
    createKeys("first");
    create("flights", "");
    var pipeline = client.resources(DataPipeline.class).inNamespace(namespace).withName("flights");
    pipeline.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"spec\":{\"serviceAccounts\":{\"consumer\":{\"annotations\":{\"cloud.example/role\":\"writer\"}}}}}");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        client
                            .serviceAccounts()
                            .inNamespace(namespace)
                            .withName("flights-consumer")
                            .get()
                            .getMetadata()
                            .getAnnotations())
                    .containsEntry("cloud.example/role", "writer"));
    awaitCondition("flights", "Ready", "True");
    var before = calls.accountsWritten.get();
    pipeline.patch(
        PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"consumer\":{\"replicas\":2}}}");
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client
                        .apps()
                        .deployments()
                        .inNamespace(namespace)
                        .withName("flights-consumer")
                        .get()
                        .getSpec()
                        .getReplicas()
                    == 2);
    awaitCondition("flights", "Ready", "True");
    assertThat(calls.accountsWritten.get()).isEqualTo(before);
  }

  @Test
  void readsAShortSecretForManyPipelinesAtATime() {
    createKeys("first");
    createCrowd();
    calls.secretReads.set(0);
    calls.mostSecretReads.set(0);
    calls.secretLatency = Duration.ofMillis(500);

    createKeys("second");

    await().atMost(LIMIT).until(() -> calls.secretReads.get() > PIPELINES);
    assertThat(calls.mostSecretReads.get()).isBetween(3, 20);
  }

  @Test
  void readsALongSecretToItsEnd() {
    cluster.node.decide(PretendNode::allGoesWell);
    createKeys("first");
    create("flights", "");
    awaitCondition("flights", "Ready", "True");
    var values = new TreeMap<String, String>();
    for (var i = 0; i < 10; i++) {
      values.put("last-" + i, "x".repeat(50_000));
    }
    cluster.applySecret(namespace, "keys", values);
    awaitCondition("flights", "Protected", "last-0");
  }

  private void createCrowd() {
    for (var i = 0; i < PIPELINES; i++) {
      create("flights-" + i, "annotations: {acequia.dev/accept-offsets: none}");
    }
    for (var i = 0; i < PIPELINES; i++) {
      awaitCondition("flights-" + i, "Ready", "not accepted offsets");
    }
  }

  private static Stream<String> plurals() {
    return EventSources.watched(PipelineRendering.kinds(TestCluster.get().platform)).stream()
        .map(HasMetadata::getPlural);
  }

  private void createKeys(String key) {
    cluster.applySecret(namespace, "keys", Map.of(key, "{}"));
  }

  private void create(String name, String metadata) {
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipeline
                metadata:
                  name: %s
                  namespace: %s
                  %s
                spec:
                  schema: {fields: [{name: flight, type: int32, required: true}]}
                  topic: {partitions: 1}
                  store: {postgres: {secretName: warehouse}}
                  api:
                    auth:
                      apiKeysSecretName: keys
                      oidc: {issuer: "https://issuer.example", audience: flights}
                """
                    .formatted(name, namespace, metadata),
                DataPipeline.class))
        .create();
  }

  private void awaitCondition(String pipeline, String type, String part) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(condition(pipeline, type)).contains(part));
  }

  private String condition(String pipeline, String type) {
    return Optional.ofNullable(
            client.resources(DataPipeline.class).inNamespace(namespace).withName(pipeline).get())
        .map(DataPipeline::getStatus)
        .map(DataPipelineStatus::conditions)
        .flatMap(all -> all.stream().filter(one -> one.getType().equals(type)).findFirst())
        .map(ApiCallsIT::words)
        .orElse("");
  }

  private static String words(Condition condition) {
    return String.join(" ", condition.getStatus(), condition.getReason(), condition.getMessage());
  }

  /** What a client asks for. */
  private static final class Calls implements Interceptor {
    private static final Set<String> COLLECTIONS =
        Stream.concat(plurals(), Stream.of("events")).collect(Collectors.toSet());

    private final Queue<URI> lists = new ConcurrentLinkedQueue<>();
    private volatile Duration secretLatency = Duration.ZERO;
    private final AtomicInteger accountsWritten = new AtomicInteger();
    private final AtomicInteger secretReads = new AtomicInteger();
    private final AtomicInteger secretReadsNow = new AtomicInteger();
    private final AtomicInteger mostSecretReads = new AtomicInteger();

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
      if (request.method().equals("PATCH")
          && request.uri().getPath().contains("/serviceaccounts/")) {
        accountsWritten.incrementAndGet();
      }
      if (!request.method().equals("GET")) {
        return;
      }
      var query = String.valueOf(request.uri().getQuery());
      if (COLLECTIONS.contains(lastPart(request.uri().getPath())) && !query.contains("watch=")) {
        lists.add(request.uri());
      }
      if (readsASecret(request)) {
        secretReads.incrementAndGet();
        mostSecretReads.accumulateAndGet(secretReadsNow.incrementAndGet(), Math::max);
        LockSupport.parkNanos(secretLatency.toNanos());
      }
    }

    @Override
    public void after(
        HttpRequest request,
        HttpResponse<?> response,
        AsyncBody.Consumer<List<ByteBuffer>> consumer) {
      if (readsASecret(request)) {
        secretReadsNow.decrementAndGet();
      }
    }

    private static boolean readsASecret(HttpRequest request) {
      return request.method().equals("GET") && request.uri().getPath().endsWith("/secrets/keys");
    }

    private static String lastPart(String path) {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }
}
