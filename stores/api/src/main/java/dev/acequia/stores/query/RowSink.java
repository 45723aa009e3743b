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

  /**
   * Forgets the rows so far, since the result begins again. Only {@link
   * dev.acequia.stores.StoreReader#read} asks for it.
   *
   * @throws IOException when it cannot
   */
  default void restart() throws IOException {
    throw new IOException("these rows cannot be taken twice");
  }
}
