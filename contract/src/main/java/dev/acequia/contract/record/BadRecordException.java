package dev.acequia.contract.record;

import org.jspecify.annotations.Nullable;

/**
 * A record that does not fit its schema. The message is a sentence for the person who sent it; it
 * has no stack trace, since a flood of bad records must not slow the good ones down.
 */
public final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1;

  /** What is wrong with a record; a dead letter carries the name in a header. */
  public enum ErrorClass {
    /** Not one JSON object, or a key that is not a JSON array of the key's values. */
    Malformed,
    /** Not UTF-8, a NUL character or half a surrogate pair. */
    InvalidText,
    /** A value of another JSON type, or a text that is not in the type's form. */
    WrongType,
    /** A required field is absent or null. */
    MissingRequired,
    /** A field that the schema does not name, where such fields are refused. */
    UnknownField,
    /** The same field twice. */
    DuplicateField,
    /** A number, date or time outside what its type can hold. */
    OutOfRange,
    /** The record, or its key, is larger than the limit. */
    TooLong,
    /** Headers of a redriven record that name a place where it cannot have stood. */
    ImpossibleSource,
    /** The store refused this record alone. */
    RejectedByStore,
    /** Another record came with the same idempotency key before. */
    IdempotencyKeyReused,
    /** A dead letter sent back that may have been deleted since: that is not known any more. */
    DeletionForgotten
  }

  private final ErrorClass errorClass;
  private final @Nullable String field;

  /**
   * Says what is wrong.
   *
   * @param field the field it is about, null when it is about the whole record
   */
  public BadRecordException(ErrorClass errorClass, @Nullable String field, String message) {
    super(message, null, false, false);
    this.errorClass = errorClass;
    this.field = field;
  }

  public ErrorClass errorClass() {
    return errorClass;
  }

  public @Nullable String field() {
    return field;
  }

  /** The sentence. */
  public String reason() {
    return String.valueOf(getMessage());
  }

  BadRecordException in(String fieldName) {
    return field == null ? new BadRecordException(errorClass, fieldName, reason()) : this;
  }
}
