package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link KafkaTopics} without waiting for Kafka. A reconcile gets what was answered last and asks
 * anew; an answer that differs from what the reconcile got brings the next one.
 */
public final class BackgroundTopics implements TopicProvider {
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(15);

  private final KafkaTopics kafka;
  private final KafkaCalls calls;
  private final Clock clock;
  private final SimpleInboundEventSource<DataPipeline> answers =
      new SimpleInboundEventSource<>("topic-answers");
  private final Map<PipelineNames, Known> known = new HashMap<>();
  private final Map<PipelineNames, Removal> removals = new HashMap<>();

  public BackgroundTopics(KafkaTopics kafka, KafkaCalls calls, Clock clock) {
    this.kafka = kafka;
    this.calls = calls;
    this.clock = clock;
  }

  @Override
  public synchronized Result ensure(PipelineNames names, TopicsPlan topics, Children children) {
    removals.remove(names);
    var pipeline = known.computeIfAbsent(names, _ -> new Known());
    if (pipeline.hasNewsOf(topics)) {
      pipeline.news = false;
    } else {
      calls.submit(names, () -> isEnsured(names, topics, children));
    }
    var state = pipeline.state(topics, calls.silentSince().orElse(null));
    pipeline.shown = state;
    return new Result(state, pipeline.takeChanges());
  }

  @Override
  public Optional<KafkaCredentials> credentials(PipelineNames names) {
    return Optional.empty();
  }

  @Override
  public synchronized boolean delete(PipelineNames names) {
    var removal = removals.get(names);
    if (removal == null) {
      calls.cancel(names);
      known.remove(names);
      removals.put(names, new Removal());
      calls.submit(names, () -> isDeleted(names));
      return false;
    }
    if (removal.outcome == null) {
      return false;
    }
    removals.remove(names);
    return removal.outcome.get();
  }

  @Override
  public void retire(PipelineNames names) {
    forget(names);
  }

  @Override
  public synchronized void forget(PipelineNames names) {
    calls.cancel(names);
    known.remove(names);
    removals.remove(names);
    kafka.forget(names);
  }

  @Override
  public List<EventSource<?, DataPipeline>> eventSources(EventSourceContext<DataPipeline> context) {
    var pipelines = context.getPrimaryCache();
    calls.onSilence(
        () -> pipelines.list().map(ResourceID::fromResource).forEach(answers::propagateEvent));
    return List.of(answers, new TopicWatch(kafka, calls, pipelines, WATCH_PERIOD));
  }

  private boolean isEnsured(PipelineNames names, TopicsPlan topics, Children children) {
    var began = clock.instant();
    try {
      var result = kafka.ensure(names, topics, children);
      answered(names, pipeline -> pipeline.answered(topics, result, clock.instant()));
    } catch (KafkaTopics.KafkaException e) {
      answered(names, pipeline -> pipeline.silent(began));
      return false;
    } catch (RuntimeException e) { // the reconcile's to tell of
      answered(names, pipeline -> pipeline.failed(topics, e));
    }
    return true;
  }

  private boolean isDeleted(PipelineNames names) {
    Supplier<Boolean> outcome;
    try {
      kafka.delete(names);
      outcome = () -> true;
    } catch (RuntimeException e) {
      if (e instanceof KafkaTopics.KafkaException refusal && refusal.isSilence()) {
        return false;
      }
      outcome =
          () -> {
            throw e;
          };
    }
    synchronized (this) {
      var removal = removals.get(names);
      if (removal != null) {
        removal.outcome = outcome;
      }
    }
    tell(names);
    return true;
  }

  private void answered(PipelineNames names, Change change) {
    boolean news;
    synchronized (this) {
      var pipeline = known.get(names);
      news = pipeline != null && change.isNewsFor(pipeline); // it may have gone meanwhile
    }
    if (news) {
      tell(names);
    }
  }

  private void tell(PipelineNames names) {
    answers.propagateEvent(new ResourceID(names.pipeline(), names.namespace()));
  }

  private interface Change {
    boolean isNewsFor(Known pipeline);
  }

  /** A deletion that was asked for; without an outcome until Kafka has answered. */
  private static final class Removal {
    private @Nullable Supplier<Boolean> outcome;
  }

  /** What is known of one pipeline's topics. */
  private static final class Known {
    /** What the last answer was about. */
    private @Nullable TopicsPlan asked;

    private @Nullable TopicState answer;
    private @Nullable RuntimeException failure;
    private TopicState.@Nullable Seen seen;
    private @Nullable Instant silentSince;

    /** What the last reconcile got. */
    private @Nullable TopicState shown;

    /** Whether there is an answer that no reconcile got. */
    private boolean news;

    private List<String> changes = new ArrayList<>();

    boolean hasNewsOf(TopicsPlan topics) {
      return news && topics.equals(asked);
    }

    List<String> takeChanges() {
      var taken = changes;
      changes = new ArrayList<>();
      return taken;
    }

    TopicState state(TopicsPlan topics, @Nullable Instant kafkaSilentSince) {
      if (failure != null && topics.equals(asked)) {
        var thrown = failure;
        failure = null;
        throw thrown;
      }
      var since = silentSince == null ? kafkaSilentSince : silentSince;
      return since == null && answer != null && topics.equals(asked)
          ? answer
          : new TopicState.Unanswered(since, seen);
    }

    boolean answered(TopicsPlan topics, Result result, Instant now) {
      asked = topics;
      answer = result.state();
      failure = null;
      silentSince = null;
      changes.addAll(result.changes());
      if (result.state() instanceof TopicState.Present present) {
        seen = new TopicState.Seen(present.topic(), now);
      }
      news = !result.state().equals(shown) || !changes.isEmpty();
      return news;
    }

    boolean failed(TopicsPlan topics, RuntimeException thrown) {
      asked = topics;
      answer = null;
      failure = thrown;
      silentSince = null;
      news = true;
      return true;
    }

    boolean silent(Instant began) {
      if (silentSince != null) {
        return false;
      }
      var told = shown instanceof TopicState.Unanswered unanswered ? unanswered.since() : null;
      silentSince = told == null ? began : told;
      return told == null;
    }
  }
}
