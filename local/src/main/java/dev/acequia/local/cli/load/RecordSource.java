package dev.acequia.local.cli.load;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.local.CommandException;
import org.jspecify.annotations.Nullable;

/** The records of a file, one at a time, as JSON objects. */
interface RecordSource extends AutoCloseable {
  /**
   * Goes to the next record; false at the end.
   *
   * @throws CommandException when the file cannot be read on
   */
  boolean next();

  /** The line on which it begins, from 1. */
  long line();

  /** Why it cannot be sent at all, or null. */
  @Nullable String fault();

  /**
   * Appends it as one line of JSON, without the line's end; only when it has no fault.
   *
   * @throws BadRecordException when a value cannot be sent
   */
  void writeTo(RecordBuffer out) throws BadRecordException;

  /** The share of the file that has been read, 0 to 1. */
  double progress();

  @Override
  void close();
}
