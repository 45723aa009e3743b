package dev.acequia.operator.plan;

import java.util.List;
import java.util.Set;

/**
 * What one of a pipeline's users may do in Kafka. Each is used: a process that lacks one does not
 * work, and none has more.
 *
 * @param kind of the thing
 * @param name the thing's
 */
public record KafkaRight(Kind kind, String name, Set<Operation> operations) {
  public KafkaRight {
    operations = Set.copyOf(operations);
  }

  /** What rights are about. */
  public enum Kind {
    TOPIC,
    GROUP
  }

  /** Kafka's own names. READ and WRITE include DESCRIBE. */
  public enum Operation {
    READ,
    WRITE
  }

  /**
   * The rights of a component's user. The consumer writes what cannot be stored to the dead letters
   * and reads there what it wrote before a crash.
   */
  public static List<KafkaRight> of(Component component, PipelineNames names, TopicsPlan topics) {
    var records = topics.records().name();
    return switch (component) {
      case API -> List.of(new KafkaRight(Kind.TOPIC, records, Set.of(Operation.WRITE)));
      case CONSUMER, MIGRATION ->
          List.of(
              new KafkaRight(Kind.TOPIC, records, Set.of(Operation.READ)),
              new KafkaRight(
                  Kind.TOPIC, names.deadLetterTopic(), Set.of(Operation.READ, Operation.WRITE)),
              new KafkaRight(Kind.GROUP, names.consumerGroup(), Set.of(Operation.READ)));
    };
  }
}
