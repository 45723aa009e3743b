package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.Ephemeral;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An operator that has its rights from RoleBindings in the tenants' namespaces. */
class WatchRightsIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final String USER = "tenants-operator";

  private final TestCluster cluster = TestCluster.get();
  private final String ours = cluster.newNamespace();
  private final String theirs = cluster.newNamespace();
  private final Queue<String> questions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger ends = new AtomicInteger();
  private final Path folder = Ephemeral.folder("watch-rights");
  private final PlatformConfig platform =
      PlatformConfig.parse(
          """
          runtimeImage: acequia-runtime:test
          installation: watch-rights
          watchNamespaces: [%s, %s]
          kafka: {bootstrapServers: "%s", replicationFactor: 1, minInsyncReplicas: 1}
          """
              .formatted(ours, theirs, cluster.kafka.bootstrapServers()));
  private final Collection<Class<? extends HasMetadata>> kinds =
      EventSources.watched(PipelineRendering.kinds(platform));

  @AfterEach
  void removeRights() {
    forbid(ours);
    forbid(theirs);
  }

  @Test
  void areKnownByOneQuestionForEachNamespace() {
    allow(ours);
    try (var client = client()) {
      var rights = new WatchRights(client, kinds);
      questions.clear();
      var answers = rights.inEach(Set.of(ours, theirs));
      assertThat(answers.get(ours)).isEqualTo(new WatchRights.Answer.Granted());
      assertThat(answers.get(theirs)).isInstanceOf(WatchRights.Answer.Missing.class);
      assertThat(questions).hasSize(2).allMatch(path -> path.endsWith("/selfsubjectrulesreviews"));
    }
  }

  /** A tenant who deletes a RoleBinding during each start, and makes it again. */
  @Test
  void takenDuringAStartEndOneStartOnly() throws InterruptedException {
    allow(ours);
    allow(theirs);
    var first = operator();
    forbid(theirs);
    var starting = Thread.ofPlatform().daemon().start(first::start);
    await().atMost(LIMIT).until(() -> ends.get() == 1);
    allow(theirs);

    var second = operator();
    second.start();
    assertThat(second.whyNotReady()).isEmpty();
    assertThat(second.whyNotAllNamespaces().orElseThrow())
        .contains(theirs + "=it was closed during a start");
    second.stop();
    assertThat(starting.join(LIMIT)).isTrue();
    first.stop();
    assertThat(ends).hasValue(1);
  }

  private PipelineOperator operator() {
    return PipelineOperator.create(
        client(),
        platform,
        KafkaLogin.none(),
        new MetricSet(new PrometheusRegistry()),
        Optional.empty(),
        Optional.empty(),
        folder,
        new End(ends::incrementAndGet, ends::incrementAndGet),
        Clock.systemUTC());
  }

  private KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(cluster.client.getConfiguration())
                .withImpersonateUsername(USER)
                .build())
        .withHttpClientBuilderConsumer(
            http ->
                http.addOrReplaceInterceptor(
                    "questions",
                    new Interceptor() {
                      @Override
                      public void before(
                          BasicBuilder builder, HttpRequest request, RequestTags tags) {
                        if (request.uri().getPath().contains("/selfsubject")) {
                          questions.add(request.uri().getPath());
                        }
                      }
                    }))
        .build();
  }

  private void allow(String namespace) {
    cluster
        .client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(USER)
                .endMetadata()
                .withRules(kinds.stream().map(WatchRightsIT::mayRead).toList())
                .build())
        .serverSideApply();
    cluster
        .client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(USER)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", USER)
                .addNewSubject("rbac.authorization.k8s.io", "User", USER, null)
                .build())
        .serverSideApply();
    awaitRights(namespace, WatchRights.Answer.Granted.class);
  }

  private void forbid(String namespace) {
    cluster.client.rbac().roleBindings().inNamespace(namespace).withName(USER).delete();
    awaitRights(namespace, WatchRights.Answer.Missing.class);
  }

  /** The API server follows RoleBindings after a moment. */
  private void awaitRights(String namespace, Class<? extends WatchRights.Answer> answer) {
    try (var client = client()) {
      var rights = new WatchRights(client, kinds);
      await().atMost(LIMIT).until(() -> answer.isInstance(rights.in(namespace)));
    }
  }

  private static PolicyRule mayRead(Class<? extends HasMetadata> kind) {
    return new PolicyRuleBuilder()
        .withApiGroups(List.of(HasMetadata.getGroup(kind)))
        .withResources(List.of(HasMetadata.getPlural(kind)))
        .withVerbs(List.of("list", "watch"))
        .build();
  }
}
