package dev.acequia.operator;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a pipeline is looked at again though no event tells of a change. What waits for a person is
 * looked at ever less often: a whole fleet may wait for one, and an edit, an annotation and what is
 * watched bring a reconcile anyway.
 */
final class NextLook {
  /** Poll interval for changes that emit no events; an answer of Kafka's does. */
  static final Duration FIRST = Duration.ofSeconds(10);

  /** The framework looks at every pipeline that often. */
  private static final Duration MOST = PipelineOperator.RESYNC;

  /** What Kafka can mend by itself should not take much longer here. */
  private static final Duration MOST_FOR_KAFKA = Duration.ofMinutes(1);

  /** The pause is this part of the time for which a trouble has lasted. */
  private static final int PART = 2;

  /** A fleet that began to wait at once does not look at once; part of a pause, to both sides. */
  private static final double JITTER = 0.2;

  private final InstantSource clock;
  private final DoubleSupplier chance;
  private final Map<PipelineNames, Lasting> lasting = new ConcurrentHashMap<>();

  /**
   * What is waited for.
   *
   * @param what differs when it is another trouble
   */
  private record Trouble(List<?> what, Duration most) {}

  private record Lasting(Trouble trouble, Instant since) {}

  /**
   * Creates it with no look due.
   *
   * @param chance at least 0 and less than 1, another one each time
   */
  NextLook(InstantSource clock, DoubleSupplier chance) {
    this.clock = clock;
    this.chance = chance;
  }

  /** When to look again; empty when an event tells of what is waited for, or nothing is. */
  Optional<Duration> after(DataPipeline pipeline, Observation seen, Rollout.Step step) {
    if (seen.migration() instanceof MigrationState.Failed || step instanceof Rollout.Step.Renew) {
      return Optional.of(FIRST); // it goes on by itself soon
    }
    var names = PipelineNames.of(pipeline);
    var trouble = trouble(pipeline, seen, step);
    if (trouble == null) {
      lasting.remove(names);
      return Optional.empty();
    }
    return Optional.of(pause(names, trouble));
  }

  /** When to look again at a pipeline whose namespace ends. */
  Duration afterEnd(DataPipeline pipeline) {
    return pause(PipelineNames.of(pipeline), trouble(pipeline, "its namespace ends", MOST));
  }

  /** Ends what is kept of a pipeline that is gone. */
  void forget(PipelineNames names) {
    lasting.remove(names);
  }

  private Duration pause(PipelineNames names, Trouble trouble) {
    var now = clock.instant();
    var since =
        Objects.requireNonNull(
                lasting.compute(
                    names,
                    (_, last) ->
                        last != null && last.trouble.equals(trouble) && !last.since.isAfter(now)
                            ? last
                            : new Lasting(trouble, now)))
            .since;
    var pause = Duration.between(since, now).dividedBy(PART);
    var bounded = pause.compareTo(trouble.most) > 0 ? trouble.most : pause;
    var jittered =
        Duration.ofMillis(
            (long) (bounded.toMillis() * (1 + JITTER * (2 * chance.getAsDouble() - 1))));
    return jittered.compareTo(FIRST) < 0 ? FIRST : jittered;
  }

  private static @Nullable Trouble trouble(
      DataPipeline pipeline, Observation seen, Rollout.Step step) {
    return switch (seen.topic()) {
      case TopicState.Refused refused -> trouble(pipeline, refused.reason(), MOST);
      case TopicState.Missing missing -> trouble(pipeline, missing.reason(), MOST_FOR_KAFKA);
      case TopicState.Present _, TopicState.Unanswered _ ->
          switch (seen.migration()) {
            case MigrationState.Waiting waiting -> trouble(pipeline, waiting, MOST);
            case MigrationState.Running running when !running.hasPod() ->
                trouble(pipeline, running.job(), MOST);
            case null, default ->
                step instanceof Rollout.Step.Wait wait
                        && wait.reason() instanceof Rollout.Reason.AfterOthers
                    ? trouble(pipeline, wait.reason(), MOST)
                    : null;
          };
    };
  }

  /** An edit or an annotation makes it another one: somebody does something about it. */
  private static Trouble trouble(DataPipeline pipeline, Object what, Duration most) {
    var metadata = pipeline.getMetadata();
    return new Trouble(
        List.of(
            what,
            Objects.requireNonNullElse(metadata.getGeneration(), 0L),
            Objects.requireNonNullElse(metadata.getAnnotations(), Map.of())),
        most);
  }
}
