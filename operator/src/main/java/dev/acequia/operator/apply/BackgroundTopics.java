package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.CallKey;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.Urgency;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.turns.PacedEvents;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link KafkaTopics} without waiting for Kafka. A reconcile gets what was answered last and asks
 * anew; an answer that differs from what the reconcile got brings the next one.
 */
public final class BackgroundTopics implements TopicProvider {
  private static final Logger log = LoggerFactory.getLogger(BackgroundTopics.class);
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(15);

  /**
   * In one namespace. No quota counts what is gone, and who creates and deletes again and again
   * must not fill the memory. A claim that stays is settled by the next pipeline of its name.
   */
  private static final int MOST_FORGOTTEN = 1_000;

  private static final Deletion UNANSWERED = new Deletion(false, List.of());
  private static final Deletion GOES_ON = new Deletion(true, List.of());

  private final KafkaTopics kafka;
  private final KafkaCalls calls;
  private final Clock clock;
  private final SimpleInboundEventSource<DataPipeline> answers =
      new SimpleInboundEventSource<>("topic-answers");
  private final PacedEvents paced = new PacedEvents(this::tell);
  private final Map<PipelineNames, KnownTopics> known = new HashMap<>();
  private final Map<PipelineNames, Removal> removals = new HashMap<>();

  /** Of pipelines that go and leave their topics. */
  private final Map<PipelineNames, Retirement> retirements = new HashMap<>();

  public BackgroundTopics(KafkaTopics kafka, KafkaCalls calls, Clock clock) {
    this.kafka = kafka;
    this.calls = calls;
    this.clock = clock;
  }

  @Override
  public synchronized Result ensure(TopicClaimant claimant, TopicsPlan topics, Children children) {
    var names = claimant.names();
    var wish = KnownTopics.Wish.of(claimant, topics);
    removals.remove(names);
    retirements.remove(names);
    var pipeline = known.computeIfAbsent(names, _ -> new KnownTopics());
    var hadNews = pipeline.takeNewsOf(wish);
    var silentSince = calls.silentSince().orElse(null);
    // The reconcile can read the silence that the first answer is about to end. It asks again then.
    if (!hadNews || !pipeline.isSettled(wish, silentSince)) {
      calls.submit(
          key(names),
          pipeline.wasAsked(wish) ? Urgency.LOOK_AGAIN : Urgency.FIRST_ANSWER,
          () -> isEnsured(claimant, topics, children));
    }
    return new Result(
        pipeline.show(wish, silentSince, calls.waitsForOthers(key(names))), pipeline.takeChanges());
  }

  @Override
  public void ended(PipelineNames names) {
    paced.ended(names);
  }

  @Override
  public Optional<KafkaCredentials> credentials(PipelineNames names) {
    return Optional.empty();
  }

  @Override
  public synchronized Deletion delete(TopicClaimant claimant) {
    var names = claimant.names();
    var removal = removals.get(names);
    if (removal == null || !removal.uid.equals(claimant.uid())) {
      calls.cancel(key(names));
      known.remove(names);
      retirements.remove(names);
      removals.put(names, new Removal(claimant.uid()));
      calls.submit(key(names), Urgency.REMOVAL, () -> isDeleted(claimant));
      return UNANSWERED;
    }
    if (removal.outcome == null) {
      return UNANSWERED;
    }
    removals.remove(names);
    return removal.outcome.get();
  }

  /**
   * Nobody waits for a silent Kafka here. The call stays in line then. One of the same name that
   * comes back replaces it, and settles what it finds.
   */
  @Override
  public synchronized Deletion retire(TopicClaimant claimant) {
    var names = claimant.names();
    known.remove(names);
    removals.remove(names);
    var retirement = retirements.get(names);
    if (retirement == null || !retirement.uid.equals(claimant.uid())) {
      retirements.put(names, new Retirement(claimant.uid()));
      calls.submit(key(names), Urgency.REMOVAL, () -> isRetired(claimant));
    } else if (retirement.outcome != null) {
      retirements.remove(names);
      return retirement.outcome;
    }
    return calls.silentSince().isPresent() ? GOES_ON : UNANSWERED;
  }

  @Override
  public synchronized void forget(PipelineNames names) {
    var retirement = retirements.get(names);
    if (retirement == null) {
      calls.cancel(key(names));
    } else if (retirement.outcome != null) {
      retirements.remove(names);
    } else if (forgotten(names.namespace()) < MOST_FORGOTTEN) {
      retirement.forgotten = true;
    } else {
      log.warn("too many that are gone wait for Kafka: the claims of {} stay", names);
      retirements.remove(names);
      calls.cancel(key(names));
    }
    known.remove(names);
    removals.remove(names);
    kafka.forget(names);
    paced.ended(names); // it has no reconcile any more
  }

  /** How many pipelines of this namespace are gone and have yet to be written down. */
  private long forgotten(String namespace) {
    return retirements.entrySet().stream()
        .filter(one -> one.getKey().namespace().equals(namespace) && one.getValue().forgotten)
        .count();
  }

  @Override
  public List<EventSource<?, DataPipeline>> eventSources(EventSourceContext<DataPipeline> context) {
    var pipelines = context.getPrimaryCache();
    calls.onSilence(() -> paced.bring(asking()));
    return List.of(answers, new TopicWatch(kafka, calls, pipelines, WATCH_PERIOD));
  }

  private static CallKey key(PipelineNames names) {
    return new CallKey(names.namespace(), names);
  }

  private synchronized List<PipelineNames> asking() {
    return List.copyOf(known.keySet());
  }

  private boolean isEnsured(TopicClaimant claimant, TopicsPlan topics, Children children) {
    var names = claimant.names();
    var wish = KnownTopics.Wish.of(claimant, topics);
    var began = clock.instant();
    try {
      var result = kafka.ensure(claimant, topics, children);
      answered(names, pipeline -> pipeline.answered(wish, result, clock.instant()));
    } catch (KafkaTopics.KafkaException e) {
      answered(names, pipeline -> pipeline.silent(began, e));
      return false;
    } catch (RuntimeException e) { // the reconcile's to tell of
      answered(names, pipeline -> pipeline.failed(wish, e));
    }
    return true;
  }

  private boolean isRetired(TopicClaimant claimant) {
    var outcome = GOES_ON;
    try {
      outcome = kafka.retire(claimant);
    } catch (RuntimeException e) {
      if (isSilence(e)) {
        return false;
      }
      log.warn("the claims of {} stay", claimant.names(), e); // nobody waits for what failed
    }
    synchronized (this) {
      var retirement = retirements.get(claimant.names());
      if (retirement == null || !retirement.uid.equals(claimant.uid())) {
        return true;
      }
      retirement.outcome = outcome;
      if (retirement.forgotten) {
        retirements.remove(claimant.names());
        return true;
      }
    }
    tell(claimant.names());
    return true;
  }

  private boolean isDeleted(TopicClaimant claimant) {
    var names = claimant.names();
    Supplier<Deletion> outcome;
    try {
      var deletion = kafka.delete(claimant);
      outcome = () -> deletion;
    } catch (RuntimeException e) {
      if (isSilence(e)) {
        return false;
      }
      outcome =
          () -> {
            throw e;
          };
    }
    synchronized (this) {
      var removal = removals.get(names);
      if (removal == null || !removal.uid.equals(claimant.uid())) {
        return true; // nobody waits for it any more
      }
      removal.outcome = outcome;
    }
    tell(names);
    return true;
  }

  private static boolean isSilence(RuntimeException failure) {
    return failure instanceof KafkaTopics.KafkaException refusal && refusal.isSilence();
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
    boolean isNewsFor(KnownTopics pipeline);
  }

  /** A deletion that was asked for; without an outcome until Kafka has answered. */
  private static final class Removal {
    private final String uid;
    private @Nullable Supplier<Deletion> outcome;

    Removal(String uid) {
      this.uid = uid;
    }
  }

  /** The end of a pipeline that leaves its topics. */
  private static final class Retirement {
    private final String uid;

    /** Null until it has ended. */
    private @Nullable Deletion outcome;

    /** Whether the resource is gone already. */
    private boolean forgotten;

    Retirement(String uid) {
      this.uid = uid;
    }
  }
}
