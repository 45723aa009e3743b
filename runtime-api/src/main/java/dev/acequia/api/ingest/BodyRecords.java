package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.contract.record.BadRecordException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The records of a body, one after the other, as ranges of a buffer. It finds where they begin and
 * end, and does not look into them.
 */
sealed interface BodyRecords permits JsonRecords, LineRecords, CsvRecords, MessageRecords {
  /**
   * Goes on to the next record. What the buffer held before may be gone.
   *
   * @return whether there is one
   * @throws ProblemException when the body is not of its format, so that no further record can be
   *     found
   */
  boolean next() throws IOException;

  byte[] buffer();

  int offset();

  /** In bytes; of a record that is longer than any may be, only that it is. */
  int length();

  /** What is wrong with the record before one looks into it, or null. */
  default @Nullable BadRecordException fault() {
    return null;
  }
}
