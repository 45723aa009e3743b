package dev.acequia.operator.kafka;

/** What a call to Kafka is for, the most urgent first. */
public enum Urgency {
  /** A resource that is being deleted waits for it, within a limit. */
  REMOVAL,
  /** Nothing is known yet of what it asks. */
  FIRST_ANSWER,
  /** It was answered before, and what was said holds until the next answer. */
  LOOK_AGAIN
}
