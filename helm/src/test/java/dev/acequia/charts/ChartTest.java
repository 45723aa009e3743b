package dev.acequia.charts;

import static dev.acequia.charts.Golden.assertGolden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.operator.plan.PlatformConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {
  private static final Chart FOR_STRIMZI =
      Chart.OPERATOR
          .with("platform.kafka.topicProvider", "strimzi")
          .with("platform.kafka.strimzi.namespace", "kafka")
          .with("platform.kafka.strimzi.cluster", "main")
          .with("monitoring.dashboards.namespace", "monitoring");

  @Test
  void rendersTheOperator() {
    assertGolden("operator.yaml", Chart.OPERATOR.render());
  }

  @Test
  void rendersTheOperatorForStrimziAndNodePorts() {
    assertGolden(
        "operator-strimzi.yaml",
        Chart.OPERATOR
            .with("platform.kafka.topicProvider", "strimzi")
            .with("platform.kafka.strimzi.namespace", "kafka")
            .with("platform.kafka.strimzi.cluster", "main")
            .with("platform.exposure.type", "NodePort")
            .with("platform.exposure.host", "node.example.com")
            .with("monitoring.dashboards.enabled", false)
            .render());
  }

  @Test
  void rendersTheOperatorForTwoNamespaces() {
    assertGolden(
        "operator-namespaces.yaml",
        Chart.OPERATOR
            .watching("orders", "payments")
            .with("monitoring.podMonitor.enabled", true)
            .with("monitoring.dashboards.enabled", false)
            .render());
  }

  /** Each would take the other's rights away. */
  @ParameterizedTest
  @CsvSource({
    "acequia, team-a, acequia, team-b",
    "acequia, team, team-acequia, a",
    "b.acequia, a, acequia, a-b"
  })
  void twoReleasesHaveNoObjectInCommon(
      String release, String namespace, String otherRelease, String otherNamespace) {
    for (var chart : List.of(FOR_STRIMZI, FOR_STRIMZI.watching("orders", "payments"))) {
      assertThat(identities(chart.objects(release, namespace)))
          .isNotEmpty()
          .doesNotContainAnyElementsOf(identities(chart.objects(otherRelease, otherNamespace)));
    }
  }

  private static List<String> identities(List<HasMetadata> objects) {
    return objects.stream()
        .map(
            object ->
                String.join(
                    " ",
                    object.getKind(),
                    String.valueOf(object.getMetadata().getNamespace()),
                    object.getMetadata().getName()))
        .toList();
  }

  /** Strimzi makes no credentials then, and Kafka's namespace has Secrets of others. */
  @ParameterizedTest
  @CsvSource({"none, false", "scram-sha-512, true"})
  void readsSecretsOfKafkasNamespaceOnlyToCopyCredentials(String authentication, boolean reads) {
    assertThat(
            FOR_STRIMZI
                .with("platform.kafka.strimzi.authentication", authentication)
                .objects()
                .stream()
                .filter(object -> "kafka".equals(object.getMetadata().getNamespace()))
                .filter(Role.class::isInstance)
                .flatMap(object -> ((Role) object).getRules().stream())
                .anyMatch(rule -> rule.getResources().contains("secrets")))
        .isEqualTo(reads);
  }

  @Test
  void crdsChartKeepsTheDefinitionsWhenItIsUninstalled() {
    assertThat(Chart.CRDS.objects())
        .hasSize(2)
        .allSatisfy(
            crd ->
                assertThat(crd.getMetadata().getAnnotations())
                    .containsEntry("helm.sh/resource-policy", "keep")
                    .containsEntry("argocd.argoproj.io/sync-options", "ServerSideApply=true"));
  }

  @Test
  void operatorReadsThePlatformAsTheChartWritesIt() {
    var platform =
        platform(
            Chart.OPERATOR
                .with("platform.kafka.topicProvider", "strimzi")
                .with("platform.kafka.strimzi.namespace", "kafka")
                .with("platform.kafka.strimzi.cluster", "main")
                .with("platform.exposure.type", "NodePort")
                .with("platform.exposure.host", "node.example.com")
                .with("platform.resources.consumer.requests.memory", "300Mi"));
    assertThat(platform.kafka().bootstrapServers()).isEqualTo("kafka.kafka.svc:9092");
    assertThat(platform.kafka().strimzi()).isNotNull();
    assertThat(platform.exposure().host()).isEqualTo("node.example.com");
    assertThat(platform.resources().consumer()).isNotNull();
    assertThat(platform(Chart.OPERATOR).rollout())
        .isEqualTo(new PlatformConfig.Rollout(10, 3, "10m"));
    assertThat(platform(Chart.OPERATOR).watchNamespaces()).isEmpty();
    assertThat(platform(Chart.OPERATOR.watching("orders", "payments")).watchNamespaces())
        .containsExactly("orders", "payments");
    assertThat(platform(Chart.OPERATOR).exposure().type())
        .isEqualTo(PlatformConfig.Exposure.Type.CLUSTER_IP);
  }

  /** The Secret is mounted and read nowhere else: the operator needs no right on it. */
  @Test
  void mountsTheLogOnToKafka() {
    var secured =
        Chart.OPERATOR
            .with("platform.kafka.secretName", "kafka-admin")
            .with("platform.kafka.users", "scram-sha-512");
    assertThat(platform(secured).kafka().makesUsers()).isTrue();
    var pod = deployment(secured).getSpec().getTemplate().getSpec();
    var container = pod.getContainers().getFirst();
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getSecret() != null)
        .singleElement()
        .satisfies(
            volume -> {
              assertThat(volume.getSecret().getSecretName()).isEqualTo("kafka-admin");
              assertThat(container.getVolumeMounts())
                  .filteredOn(mount -> mount.getName().equals(volume.getName()))
                  .singleElement()
                  .satisfies(
                      mount ->
                          assertThat(container.getEnv())
                              .filteredOn(one -> one.getName().equals("ACEQUIA_KAFKA_DIR"))
                              .singleElement()
                              .extracting(EnvVar::getValue)
                              .isEqualTo(mount.getMountPath()));
            });
    assertThat(deployment(Chart.OPERATOR).getSpec().getTemplate().getSpec().getVolumes())
        .noneMatch(volume -> volume.getSecret() != null);
  }

  private static Deployment deployment(Chart chart) {
    return chart.objects().stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"develop", "qa", "staging", "prod"})
  void operatorReadsThePlatformOf(String environment) {
    var values = Path.of("../argocd/environments", environment, "values.yaml");
    assertThat(platform(Chart.BARE.withValueFile(values)).kafka().bootstrapServers())
        .isEqualTo("kafka-bootstrap.kafka.svc:9092");
  }

  private static PlatformConfig platform(Chart chart) {
    return chart.objects().stream()
        .filter(object -> object.getMetadata().getName().equals("acequia-platform"))
        .map(object -> ((ConfigMap) object).getData().get("platform.yaml"))
        .map(PlatformConfig::parse)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void asksForTheBrokers() {
    assertThatThrownBy(() -> Chart.BARE.render())
        .hasMessageContaining(
            "platform.kafka.bootstrapServers is not set: give host:port of Kafka's brokers");
  }

  @ParameterizedTest
  @CsvSource({
    "platform.kafka.bootstrapServers, kafka, does not match pattern",
    "platform.kafka.topicProvider, confluent, value must be one of 'direct', 'strimzi'",
    "platform.kafka.topicProvider, strimzi, missing property 'strimzi'",
    "platform.kafka.replicationFactor, 0, minimum: got 0, want 1",
    "platform.exposure.type, NodePort, missing property 'host'",
    "platform.exposure.type, LoadBalancer, value must be one of 'ClusterIP', 'NodePort'",
    "platform.rollout.maxInFlight, 0, minimum: got 0, want 1",
    "platform.rollout.readyWithin, soon, does not match pattern",
    "platform.requireAuth, maybe, got string, want boolean",
    "watchNamespaces, orders, got string, want array",
    "watchNamespaces[0], Orders, does not match pattern",
    "platform.kafak, x, additional properties 'kafak' not allowed",
    "replicas, many, got string, want integer",
    "monitoring.rules.enabled, sometimes, 'auto'",
  })
  void refusesAWrongValueAndSaysWhy(String path, String value, String message) {
    var parent = "/" + path.substring(0, Math.max(path.lastIndexOf('.'), 0)).replace('.', '/');
    assertThatThrownBy(() -> Chart.OPERATOR.with(path, value).render())
        .hasMessageContaining("at '" + parent)
        .hasMessageContaining(message);
  }
}
