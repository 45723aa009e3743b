package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.operator.WatchRights.Answer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRule;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRuleBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.V1AuthorizationAPIGroupDSL;
import io.fabric8.kubernetes.client.dsl.AuthorizationAPIGroupDSL;
import io.fabric8.kubernetes.client.dsl.InOutCreateable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatchRightsTest {
  private static final ResourceRule PODS =
      rule(List.of(""), List.of("pods"), List.of("get", "list", "watch"));

  private final AtomicInteger rulesAsked = new AtomicInteger();
  private final AtomicInteger accessAsked = new AtomicInteger();
  private List<ResourceRule> rules = List.of();
  private boolean incomplete;
  private int failures;
  private Runnable whenAsked = () -> {};

  private final WatchRights rights =
      new WatchRights(client(), List.of(Pod.class, Deployment.class));

  @Test
  void oneQuestionTellsAllRightsInANamespace() {
    rules = List.of(PODS, rule(List.of("apps"), List.of("*"), List.of("*")));
    assertThat(rights.in("orders")).isEqualTo(new Answer.Granted());
    rules = List.of(PODS);
    assertThat(rights.in("orders"))
        .isEqualTo(
            new Answer.Missing(
                "it cannot list resource \"deployments\" in API group \"apps\" in the namespace"
                    + " \"orders\""));
    assertThat(rulesAsked).hasValue(2);
    assertThat(accessAsked).hasValue(0);
  }

  @Test
  void aRightOnSomeObjectsIsNone() {
    var some =
        new ResourceRuleBuilder(rule(List.of("*"), List.of("*"), List.of("*")))
            .withResourceNames("flights")
            .build();
    rules = List.of(some);
    assertThat(rights.in("orders")).isInstanceOf(Answer.Missing.class);
  }

  @Test
  void asksForEachRightWhereTheApiServerDoesNotKnowThemAll() {
    incomplete = true;
    assertThat(rights.in("orders")).isEqualTo(new Answer.Granted());
    assertThat(accessAsked).hasValue(4);
  }

  /** A webhook beside RBAC makes every answer incomplete. */
  @Test
  void asksOnlyForRightsThatAnIncompleteAnswerDoesNotList() {
    incomplete = true;
    rules = List.of(PODS);
    assertThat(rights.in("orders")).isEqualTo(new Answer.Granted());
    assertThat(accessAsked).hasValue(2);
  }

  @Test
  void asksAgainBeforeItKnowsNothing() {
    rules = List.of(rule(List.of("*"), List.of("*"), List.of("*")));
    failures = 2;
    assertThat(rights.in("orders")).isEqualTo(new Answer.Granted());
    failures = 3;
    assertThat(rights.in("orders")).isEqualTo(new Answer.Unknown("no answer"));
  }

  @Test
  void asksForManyNamespacesAFewAtATime() {
    rules = List.of(rule(List.of("*"), List.of("*"), List.of("*")));
    var namespaces =
        IntStream.range(0, 200).mapToObj(i -> "tenant-" + i).collect(Collectors.toSet());
    var now = new AtomicInteger();
    var most = new AtomicInteger();
    var full = new CountDownLatch(16);
    whenAsked =
        () -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          full.countDown();
          await(full);
          now.decrementAndGet();
        };
    assertThat(rights.inEach(namespaces))
        .hasSize(200)
        .allSatisfy((_, answer) -> assertThat(answer).isEqualTo(new Answer.Granted()));
    assertThat(most).hasValue(16);
    assertThat(rulesAsked).hasValue(200);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private SelfSubjectRulesReview rules() {
    rulesAsked.incrementAndGet();
    whenAsked.run();
    if (failures > 0) {
      failures--;
      throw new KubernetesClientException("no answer");
    }
    return new SelfSubjectRulesReviewBuilder()
        .withNewStatus()
        .withIncomplete(incomplete)
        .withResourceRules(rules)
        .endStatus()
        .build();
  }

  private SelfSubjectAccessReview access() {
    accessAsked.incrementAndGet();
    return new SelfSubjectAccessReviewBuilder()
        .withNewStatus()
        .withAllowed(true)
        .endStatus()
        .build();
  }

  private KubernetesClient client() {
    var reviews =
        proxy(
            V1AuthorizationAPIGroupDSL.class,
            Map.of(
                "selfSubjectRulesReview",
                proxy(InOutCreateable.class, (_, _, _) -> rules()),
                "selfSubjectAccessReview",
                proxy(InOutCreateable.class, (_, _, _) -> access())));
    return proxy(
        KubernetesClient.class,
        Map.of("authorization", proxy(AuthorizationAPIGroupDSL.class, Map.of("v1", reviews))));
  }

  private static <T> T proxy(Class<T> type, Map<String, ?> answers) {
    return proxy(type, (_, method, _) -> answers.get(method.getName()));
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            WatchRightsTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static ResourceRule rule(
      List<String> groups, List<String> resources, List<String> verbs) {
    return new ResourceRuleBuilder()
        .withApiGroups(groups)
        .withResources(resources)
        .withVerbs(verbs)
        .build();
  }
}
