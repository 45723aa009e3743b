package dev.acequia.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRule;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether the operator may read what it watches. It asks before an informer does: one that is
 * refused tries for ever, and what the others hold is not the whole without it.
 */
final class WatchRights {
  private static final int AT_A_TIME = 16;
  private static final int TRIES = 3;

  /** For all namespaces together. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final KubernetesClient client;
  private final List<Right> rights;

  /** What is known of the rights in a namespace. */
  sealed interface Answer {
    /** The operator may do all that it has to. */
    record Granted() implements Answer {}

    /**
     * It may not.
     *
     * @param right the first thing that it may not do, such as {@code it cannot list resource
     *     "pods" in API group "" in the namespace "orders"}
     */
    record Missing(String right) implements Answer {}

    /** The API server gave no answer. */
    record Unknown(String why) implements Answer {}
  }

  private record Right(String verb, String group, String resource) {
    boolean isGivenBy(ResourceRule rule) {
      return rule.getResourceNames().isEmpty()
          && covers(rule.getVerbs(), verb)
          && covers(rule.getApiGroups(), group)
          && covers(rule.getResources(), resource);
    }

    private static boolean covers(List<String> given, String wanted) {
      return given.contains(wanted) || given.contains("*");
    }

    String isMissing(@Nullable String namespace) {
      return "it cannot %s resource \"%s\" in API group \"%s\" %s"
          .formatted(
              verb,
              resource,
              group,
              namespace == null
                  ? "at the cluster scope"
                  : "in the namespace \"" + namespace + "\"");
    }
  }

  WatchRights(KubernetesClient client, Collection<Class<? extends HasMetadata>> kinds) {
    this.client = client;
    this.rights =
        kinds.stream()
            .flatMap(
                kind ->
                    Stream.of("list", "watch")
                        .map(
                            verb ->
                                new Right(
                                    verb, HasMetadata.getGroup(kind), HasMetadata.getPlural(kind))))
            .toList();
  }

  /** The rights in each of these namespaces. */
  Map<String, Answer> inEach(Set<String> namespaces) {
    var names = List.copyOf(namespaces);
    var questions = names.stream().<Callable<Answer>>map(name -> () -> in(name)).toList();
    var answers = new HashMap<String, Answer>();
    try (var threads = Executors.newFixedThreadPool(AT_A_TIME, Thread.ofVirtual().factory())) {
      var asked = threads.invokeAll(questions, LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      for (var i = 0; i < names.size(); i++) {
        answers.put(
            names.get(i),
            asked.get(i).state() == Future.State.SUCCESS
                ? asked.get(i).resultNow()
                : new Answer.Unknown("no answer within " + LIMIT));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      names.forEach(name -> answers.put(name, new Answer.Unknown("interrupted")));
    }
    return answers;
  }

  /**
   * The rights in a namespace.
   *
   * @param namespace null: in all
   */
  Answer in(@Nullable String namespace) {
    for (var tries = 1; ; tries++) {
      try {
        return missing(namespace)
            .<Answer>map(right -> new Answer.Missing(right.isMissing(namespace)))
            .orElseGet(Answer.Granted::new);
      } catch (KubernetesClientException e) {
        if (tries == TRIES) {
          return new Answer.Unknown(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private Optional<Right> missing(@Nullable String namespace) {
    var rules = namespace == null ? Rules.UNKNOWN : rules(namespace);
    return rights.stream()
        .filter(right -> rules.given().stream().noneMatch(right::isGivenBy))
        .filter(right -> rules.areAll() || !isAllowed(right, namespace))
        .findFirst();
  }

  /**
   * What the operator may do in a namespace, by one question.
   *
   * @param areAll whether it may do nothing else; a webhook that authorizes lists nothing
   */
  private record Rules(List<ResourceRule> given, boolean areAll) {
    static final Rules UNKNOWN = new Rules(List.of(), false);
  }

  private Rules rules(String namespace) {
    var question =
        new SelfSubjectRulesReviewBuilder()
            .withNewSpec()
            .withNamespace(namespace)
            .endSpec()
            .build();
    try {
      var answer = client.authorization().v1().selfSubjectRulesReview().create(question);
      var status = answer.getStatus();
      return new Rules(
          status.getResourceRules(),
          Boolean.FALSE.equals(status.getIncomplete()) && status.getEvaluationError() == null);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return Rules.UNKNOWN;
      }
      throw e;
    }
  }

  private boolean isAllowed(Right right, @Nullable String namespace) {
    var question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(right.verb())
            .withGroup(right.group())
            .withResource(right.resource())
            .withNamespace(namespace)
            .endResourceAttributes()
            .endSpec()
            .build();
    try {
      var answer = client.authorization().v1().selfSubjectAccessReview().create(question);
      return Boolean.TRUE.equals(answer.getStatus().getAllowed());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return true; // a cluster in which nobody may ask: the informer will be told
      }
      throw e;
    }
  }
}
