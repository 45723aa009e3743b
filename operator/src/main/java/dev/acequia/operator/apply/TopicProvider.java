package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the topics; one for the whole platform. Nothing here waits for Kafka: what it has not
 * answered yet is {@link TopicState.Unanswered}, and its answer brings another reconcile.
 */
public sealed interface TopicProvider permits BackgroundTopics, StrimziTopics {

  /** Told last by every reconcile and cleanup, whatever becomes of it. */
  default void ended(PipelineNames names) {}

  /**
   * Creates or changes the topics where they are the pipeline's and differ from the plan.
   *
   * @return how they are then, and what was done, each a sentence
   */
  Result ensure(TopicClaimant claimant, TopicsPlan topics, Children children);

  /** What the pipeline's Pods log on to Kafka with; empty where Kafka takes anyone. */
  Optional<KafkaCredentials> credentials(PipelineNames names);

  /**
   * Deletes the topics that are the pipeline's own.
   *
   * @return whether they are gone
   */
  Deletion delete(TopicClaimant claimant);

  /**
   * Removes what a pipeline that is gone has no use for, and leaves its topics.
   *
   * @return whether it is done, or cannot be for now and goes on by itself
   */
  Deletion retire(TopicClaimant claimant);

  /** Ends what is kept in memory of a pipeline that is gone, be it without a cleanup. */
  void forget(PipelineNames names);

  /** What tells that a topic has changed by another hand. */
  List<EventSource<?, DataPipeline>> eventSources(EventSourceContext<DataPipeline> context);

  /**
   * The outcome of {@link #delete} and {@link #retire}.
   *
   * @param done false asks for another call
   * @param left topics of the pipeline's names that are there and are not known to be its own
   * @param usersRefused why Kafka keeps users of the pipeline; null where it does not
   */
  record Deletion(boolean done, List<String> left, @Nullable String usersRefused) {
    public Deletion {
      left = List.copyOf(left);
    }

    /** Without users that stay. */
    Deletion(boolean done, List<String> left) {
      this(done, left, null);
    }
  }

  /** The outcome of {@link #ensure}. */
  record Result(TopicState state, List<String> changes) {
    public Result {
      changes = List.copyOf(changes);
    }
  }
}
