package dev.acequia.api.query;

import dev.acequia.stores.query.ResultRow;
import java.io.IOException;

/** Writes a page in one format. */
interface PageWriter extends AutoCloseable {
  void row(ResultRow row) throws IOException;

  /** Writes what follows the last row; no row may come after. */
  void end() throws IOException;

  /** Holds nothing, unless a format says otherwise. */
  @Override
  default void close() throws IOException {}
}
