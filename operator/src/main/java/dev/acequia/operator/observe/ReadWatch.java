package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.telemetry.ManagementServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks one API Pod of each pipeline now and then whether it can read the store. An API stays ready
 * when it cannot, because it still takes records in, so no object of Kubernetes tells of it. A
 * changed answer brings a reconcile; a Pod that does not answer says nothing.
 */
public final class ReadWatch extends AbstractEventSource<String, DataPipeline> {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final int AT_ONCE = 32;

  /** Whatever runs in the Pod may answer anything. */
  private static final int MAX_BYTES = 4096;

  private final int port;
  private final Duration period;
  private final Map<ResourceID, Asked> asked = new ConcurrentHashMap<>();
  private final Semaphore turns = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("read-watch").daemon().factory());
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(ANSWER_LIMIT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .executor(threads)
          .build();

  /** The Pod to ask, and what one said last; null when it can read, or said nothing. */
  private record Asked(String pod, String address, @Nullable String trouble) {}

  /**
   * A watch that asks nobody yet.
   *
   * @param port the management port of the Pods
   * @param period between two questions about a pipeline
   */
  public ReadWatch(int port, Duration period) {
    super(String.class, "reads");
    this.port = port;
    this.period = period;
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
   * Goes on to ask the oldest ready one of these Pods.
   *
   * @return what an API Pod said of its trouble, a sentence that quotes it; empty while none has
   *     any
   */
  public Optional<String> follow(DataPipeline pipeline, Collection<Pod> pods) {
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
    var name = pod.get().getMetadata().getName();
    var address = pod.get().getStatus().getPodIP();
    var now =
        asked.compute(
            id, (_, former) -> new Asked(name, address, former == null ? null : former.trouble()));
    return Optional.ofNullable(now.trouble());
  }

  /** Asks no more about a pipeline. */
  public void forget(DataPipeline pipeline) {
    asked.remove(ResourceID.fromResource(pipeline));
  }

  private static boolean canBeAsked(Pod pod) {
    return Component.API
            .label()
            .equals(pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL))
        && !pod.isMarkedForDeletion()
        && pod.getStatus() != null
        && pod.getStatus().getPodIP() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Ready") && condition.getStatus().equals("True"));
  }

  /** Spreads the questions over half a period, since all may reach one database. */
  private void askAll() {
    var pause = period.dividedBy(2L * Math.max(1, asked.size()));
    try {
      for (var id : Set.copyOf(asked.keySet())) {
        turns.acquire();
        threads.execute(() -> askAndTell(id));
        if (pause.toMillis() > 0) {
          TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void askAndTell(ResourceID id) {
    try {
      var one = asked.get(id);
      if (one != null) {
        answer(one).ifPresent(trouble -> note(id, one, trouble.isEmpty() ? null : trouble));
      }
    } finally {
      turns.release();
    }
  }

  private void note(ResourceID id, Asked one, @Nullable String trouble) {
    if (asked.replace(id, one, new Asked(one.pod(), one.address(), trouble))
        && !Objects.equals(one.trouble(), trouble)) {
      getEventHandler().handleEvent(new Event(id));
    }
  }

  /** What the Pod says: nothing, that it can read ({@code ""}), or why it cannot. */
  private Optional<String> answer(Asked one) {
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://" + host(one.address()) + ":" + port + ManagementServer.READ_PATH))
            .timeout(ANSWER_LIMIT)
            .build();
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        return switch (response.statusCode()) {
          case HttpURLConnection.HTTP_OK -> Optional.of("");
          case HttpURLConnection.HTTP_UNAVAILABLE ->
              Optional.of("The API Pod %s said: %s".formatted(one.pod(), Quote.of(text(body))));
          default -> Optional.empty();
        };
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static String text(InputStream body) throws IOException {
    return new String(body.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip();
  }

  private static String host(String address) {
    return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
  }
}
