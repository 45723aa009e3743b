package dev.acequia.stores.query;

import java.io.IOException;

/** Takes a result, one row after the other. */
@FunctionalInterface
public interface RowSink {
  /**
   * Takes the next row.
   *
   * @throws IOException when no more can be taken; the store stops reading
   */
  void row(ResultRow row) throws IOException;
}
