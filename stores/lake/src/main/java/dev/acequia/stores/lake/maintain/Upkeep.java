package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.time.Duration;
import org.apache.iceberg.Table;

/**
 * A part of the maintenance of a table. Several processes may run it at the same time, beside
 * writers and other engines. Used by one thread at a time.
 */
public interface Upkeep {
  /** A name for people, in logs and alerts. */
  String subject();

  /**
   * Does one piece of the due work.
   *
   * @param table its current state
   * @return the pause before the next piece
   * @throws IOException when files cannot be read or written; a sweep removes what it left
   */
  Duration work(Table table) throws IOException;
}
