package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.turns.Turns;
import dev.acequia.telemetry.ManagementServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one API Pod of each pipeline now and then whether it can read the store. An API stays ready
 * when it cannot, because it still takes records in, so no object of Kubernetes tells of it. A
 * changed answer brings a reconcile. Whatever runs in a Pod may answer anything, slowly, or not at
 * all: each question has one deadline, a pipeline has one question at a time, a namespace a few,
 * and a slow or silent Pod is asked less often.
 */
public final class ReadWatch extends AbstractEventSource<String, DataPipeline> {
  private static final int AT_ONCE = 64;
  private static final int LEAST_OF_ONE_NAMESPACE = 8;
  private static final int MAX_BYTES = 4096;

  /** After so many questions in a row without an answer, the last answer is no longer true. */
  private static final int SILENCES_UNTIL_UNKNOWN = 3;

  /** Where a network policy forbids the questions, they take a place until their deadline. */
  private static final int MOST_PERIODS_PASSED = 15;

  /** An answer is slow after this part of its limit: after 2 s of 8. */
  private static final int SLOW_PART = 4;

  /** So a slow Pod holds a turn for a quarter of the time at most. */
  private static final int PERIODS_PASSED_WHEN_SLOW = 3;

  private static final Logger log = LoggerFactory.getLogger(ReadWatch.class);

  private final int port;
  private final Duration period;
  private final Duration answerLimit;
  private final Map<ResourceID, Asked> asked = new ConcurrentHashMap<>();
  private final Set<ResourceID> underWay = ConcurrentHashMap.newKeySet();
  private final Turns turns = new Turns(AT_ONCE, LEAST_OF_ONE_NAMESPACE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("read-watch").daemon().factory());
  private final HttpClient http;
  private volatile Predicate<ResourceID> present = _ -> true;

  private record Target(String uid, String pod, String address) {}

  /**
   * The Pod to ask, and what is known.
   *
   * @param trouble what a Pod said last; null when it could read, or when nothing is known
   * @param silences questions without an answer since the last one that had one
   * @param passes periods in which it is not asked yet
   */
  private record Asked(Target target, @Nullable String trouble, int silences, int passes) {
    Asked at(Target next) {
      return next.equals(target) ? this : new Asked(next, trouble, silences, 0);
    }

    Asked answered(Said said) {
      return new Asked(
          target,
          said.text().isEmpty() ? null : said.text(),
          0,
          said.slowly() ? PERIODS_PASSED_WHEN_SLOW : 0);
    }

    Asked unanswered() {
      var inARow = Math.min(silences + 1, Integer.SIZE / 2);
      return new Asked(
          target,
          inARow < SILENCES_UNTIL_UNKNOWN ? trouble : null,
          inARow,
          Math.min((1 << inARow) - 1, MOST_PERIODS_PASSED));
    }

    Asked passedOver() {
      return new Asked(target, trouble, silences, passes - 1);
    }
  }

  /**
   * An answer.
   *
   * @param text that the Pod can read ({@code ""}), or why it cannot
   */
  private record Said(String text, boolean slowly) {}

  /**
   * A watch that asks nobody yet.
   *
   * @param port the management port of the Pods
   * @param period between two questions about a pipeline
   * @param answerLimit of a question, from connecting to the answer's last byte. An API takes some
   *     7 s to be sure that its store is down
   */
  public ReadWatch(int port, Duration period, Duration answerLimit) {
    super(String.class, "reads");
    this.port = port;
    this.period = period;
    this.answerLimit = answerLimit;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(answerLimit)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(threads)
            .build();
  }

  /** Asks about a pipeline only while it is there. A finalizer can be removed by hand. */
  public void askWhile(Predicate<ResourceID> isPresent) {
    present = isPresent;
  }

  @Override
  public void start() {
    super.start();
    var _ =
        timer.scheduleAtFixedRate(
            this::askAll, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    super.stop();
    timer.shutdownNow();
    threads.shutdownNow();
    http.shutdownNow();
  }

  @Override
  public Set<String> getSecondaryResources(DataPipeline pipeline) {
    return Set.of();
  }

  /**
   * Goes on to ask the oldest ready one of these Pods. What another one said before it holds until
   * this one was asked.
   *
   * @param reported the trouble that the status tells of, which holds until a first Pod was asked:
   *     an operator that has just started knows nothing; null when it tells of none
   * @return what an API Pod said of its trouble, a sentence that quotes it; empty while none has
   *     any
   */
  public Optional<String> follow(
      DataPipeline pipeline, Collection<Pod> pods, @Nullable String reported) {
    var id = ResourceID.fromResource(pipeline);
    var pod =
        pods.stream()
            .filter(ReadWatch::canBeAsked)
            .min(
                Comparator.<Pod, String>comparing(one -> one.getMetadata().getCreationTimestamp())
                    .thenComparing(one -> one.getMetadata().getName()));
    if (pod.isEmpty()) {
      asked.remove(id);
      return Optional.empty();
    }
    var target =
        new Target(
            pod.get().getMetadata().getUid(),
            pod.get().getMetadata().getName(),
            pod.get().getStatus().getPodIP());
    var now =
        asked.compute(
            id,
            (_, former) -> former == null ? new Asked(target, reported, 0, 0) : former.at(target));
    return Optional.ofNullable(now.trouble());
  }

  /** Asks no more about a pipeline. */
  public void forget(DataPipeline pipeline) {
    asked.remove(ResourceID.fromResource(pipeline));
  }

  /** About how many pipelines it asks. */
  int asked() {
    return asked.size();
  }

  /** A Pod in its node's network has the node's address, where anything else may listen. */
  private static boolean canBeAsked(Pod pod) {
    return Component.API
            .label()
            .equals(pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL))
        && !pod.isMarkedForDeletion()
        && !Boolean.TRUE.equals(pod.getSpec().getHostNetwork())
        && pod.getStatus() != null
        && pod.getStatus().getPodIP() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Ready") && condition.getStatus().equals("True"));
  }

  /** Spreads the questions over half a period, since all may reach one database. */
  private void askAll() {
    try {
      var ids = List.copyOf(asked.keySet());
      var namespaces = ids.stream().map(ResourceID::getNamespace).distinct().count();
      turns.setMostOfOne(Math.max(LEAST_OF_ONE_NAMESPACE, AT_ONCE / (int) Math.max(1, namespaces)));
      for (var id : ids) {
        if (isDue(id)) {
          underWay.add(id);
          threads.execute(() -> askInTurn(id));
        }
        var pause = period.dividedBy(2L * ids.size());
        if (pause.toMillis() > 0) {
          TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) { // which would end the rounds
      log.warn("a round of questions to APIs failed", e);
    }
  }

  private boolean isDue(ResourceID id) {
    if (!present.test(id)) {
      asked.remove(id);
      return false;
    }
    var one = asked.get(id);
    if (one == null || underWay.contains(id)) {
      return false;
    }
    if (one.passes() > 0) {
      asked.replace(id, one, one.passedOver());
      return false;
    }
    return true;
  }

  /** A thread that waits costs next to nothing, and keeps its place in the line. */
  private void askInTurn(ResourceID id) {
    try {
      turns.run(id.getNamespace().orElseThrow(), () -> askAndNote(id));
    } finally {
      underWay.remove(id);
    }
  }

  private void askAndNote(ResourceID id) {
    try {
      var one = asked.get(id);
      if (one != null) {
        note(id, one, ask(one.target()).map(one::answered).orElseGet(one::unanswered));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Said> ask(Target target) throws InterruptedException {
    var begin = System.nanoTime();
    var text = answer(target);
    var slowly = System.nanoTime() - begin > answerLimit.dividedBy(SLOW_PART).toNanos();
    return text.map(said -> new Said(said, slowly));
  }

  private void note(ResourceID id, Asked before, Asked after) {
    if (asked.replace(id, before, after) && !Objects.equals(before.trouble(), after.trouble())) {
      getEventHandler().handleEvent(new Event(id));
    }
  }

  /** What the Pod says: nothing, that it can read ({@code ""}), or why it cannot. */
  private Optional<String> answer(Target target) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://" + host(target.address()) + ":" + port + ManagementServer.READ_PATH))
            .build();
    // The client's own timeout ends with the headers.
    var exchange = http.sendAsync(request, _ -> new FirstBytes(MAX_BYTES));
    try {
      var response = exchange.get(answerLimit.toNanos(), TimeUnit.NANOSECONDS);
      return switch (response.statusCode()) {
        case HttpURLConnection.HTTP_OK -> Optional.of("");
        case HttpURLConnection.HTTP_UNAVAILABLE ->
            Optional.of(
                "The API Pod %s said: %s"
                    .formatted(target.pod(), Quote.of(response.body().strip())));
        default -> Optional.empty();
      };
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } finally {
      exchange.cancel(true);
    }
  }

  private static String host(String address) {
    return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
  }
}
