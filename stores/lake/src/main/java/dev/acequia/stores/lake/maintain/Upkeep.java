package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.time.Duration;
import org.apache.iceberg.Table;

/**
 * A part of the maintenance of a table. Several processes may run it at the same time, beside
 * writers and other engines. Used by one thread at a time.
 */
public interface Upkeep {
  /** What it is about, for a person. */
  String subject();

  /**
   * Does one piece of what is due.
   *
   * @param table as it is now
   * @return the pause before the next piece
   * @throws IOException when files cannot be read or written; what was begun is left to a sweep
   */
  Duration work(Table table) throws IOException;
}
