package dev.acequia.contract.record;

/** The names of Kafka headers that Acequia gives a meaning. */
public enum RecordHeader {
  /** The request's {@code Idempotency-Key}, UTF-8. */
  IDEMPOTENCY_KEY("acequia-idempotency-key"),
  /** The record's index within its request, decimal digits. */
  IDEMPOTENCY_INDEX("acequia-idempotency-index"),
  /** Whose key it is: keys of two callers, or of two sources, never meet. */
  IDEMPOTENCY_SCOPE("acequia-idempotency-scope"),
  /**
   * The first 16 bytes of the SHA-256 of the message's data. The consumer compares it to detect a
   * repeat when the value also holds the message's attributes. It trusts it only next to {@link
   * #IDEMPOTENCY_SCOPE}.
   */
  IDEMPOTENCY_CONTENT("acequia-idempotency-content"),
  /** On a dead letter: where the record stood. */
  SOURCE_TOPIC("acequia-source-topic"),
  /** Kafka's id of that topic: offsets mean nothing in a topic that was created again. */
  SOURCE_TOPIC_ID("acequia-source-topic-id"),
  /** Of the partition's log: offsets mean something else after the log was cut. */
  SOURCE_GENERATION("acequia-source-generation"),
  SOURCE_PARTITION("acequia-source-partition"),
  SOURCE_OFFSET("acequia-source-offset"),
  SOURCE_TIMESTAMP("acequia-source-timestamp"),
  /**
   * On a dead letter: {@code namespace/name} of the pipeline, and the hash of the schema it was
   * read with.
   */
  PIPELINE("acequia-pipeline"),
  SCHEMA_HASH("acequia-schema-hash"),
  /** On a dead letter: what was wrong. */
  ERROR_CLASS("acequia-error-class"),
  ERROR_FIELD("acequia-error-field"),
  ERROR_MESSAGE("acequia-error-message"),
  /** On a dead letter: when it was put aside, ISO 8601. */
  ERROR_TIME("acequia-error-time"),
  /**
   * On a dead letter without the record's key, value and headers: how large they were. It cannot be
   * sent back.
   */
  LEFT_OUT("acequia-left-out");

  /**
   * What the topic of dead letters takes, and its producer sends: any record that Kafka takes by
   * default, many times over, and the headers on top.
   */
  public static final int MAX_DEAD_LETTER_BYTES = 8 << 20;

  private final String key;

  RecordHeader(String key) {
    this.key = key;
  }

  public String key() {
    return key;
  }
}
