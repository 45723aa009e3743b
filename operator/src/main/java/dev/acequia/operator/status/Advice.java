package dev.acequia.operator.status;

import dev.acequia.contract.AllowedRewrite;
import dev.acequia.contract.Termination;
import dev.acequia.operator.observe.LastWord;
import dev.acequia.operator.plan.PipelinePlan;

/** What to do about each reason. It is the operator's own text, whatever a Pod said. */
final class Advice {
  private Advice() {}

  /** What the Pod said, then what to do. */
  static String after(LastWord lastWord, PipelinePlan plan) {
    return lastWord.text() + ". " + of(lastWord.reason(), plan);
  }

  private static String of(Termination.Reason reason, PipelinePlan plan) {
    var pipeline = plan.names().pipeline();
    var namespace = plan.names().namespace();
    return switch (reason) {
      case NameTaken -> plan.store().adviceWhenTaken();
      case StoreRefused -> "Grant or change in the store what it asks for.";
      case KafkaRefused ->
          "Correct the log-on to Kafka, or grant in Kafka what it asks for; the process tries again.";
      case SchemaChangeRefused ->
          "Correct spec.schema, or the rows that stand in the way; the former version serves on.";
      case RewriteNotAllowed ->
          plan.definition() == null
              ? "The former version serves on."
              : "To allow the rewrite for this schema, run: kubectl annotate --overwrite datapipeline %s -n %s %s=%s"
                  .formatted(
                      pipeline,
                      namespace,
                      AllowedRewrite.ANNOTATION,
                      plan.definition().schema().hash());
      case TopicRecreated ->
          "To go on with the new topic, run: ./acequia offsets accept %s --namespace %s --to earliest|latest"
              .formatted(pipeline, namespace);
      case OffsetsLost ->
          "To go on, run for each such partition: ./acequia offsets accept %s --namespace %s --partition PARTITION --to earliest|latest|OFFSET"
              .formatted(pipeline, namespace);
      case RecordsUnreadable ->
          "To pass over them, run: ./acequia offsets accept %s --namespace %s --partition PARTITION --to OFFSET, with the offset behind them"
              .formatted(pipeline, namespace);
      case DeadLettersExceeded ->
          "Correct spec.schema or the producer, or raise spec.consumer.deadLetters.maxRatio. To see the dead letters, run: ./acequia dead-letters list %s -n %s"
              .formatted(pipeline, namespace);
      case Misconfigured ->
          "Correct the DataPipeline, or tell the platform's team: a process cannot use what the operator gave it.";
    };
  }
}
