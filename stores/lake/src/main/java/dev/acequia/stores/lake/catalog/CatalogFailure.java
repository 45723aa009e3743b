package dev.acequia.stores.lake.catalog;

import dev.acequia.stores.lake.table.ForeignFileException;
import java.sql.SQLException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;

/** Kinds of failures of catalogs and object stores, by their meaning for readers and writers. */
public enum CatalogFailure {
  NO_TABLE,
  NO_NAMESPACE,
  /** The login or one of its rights is missing. */
  NO_RIGHT,
  /** Another writer has written a file that is not supported here. */
  FOREIGN_FILE,
  /** The failure may pass. */
  OTHER;

  /** The kind of a failure. */
  public static CatalogFailure of(Throwable failure) {
    return switch (failure) {
      case NoSuchTableException e -> NO_TABLE;
      case NoSuchNamespaceException e -> NO_NAMESPACE;
      case ForeignFileException e -> FOREIGN_FILE;
      case NotAuthorizedException e -> NO_RIGHT;
      case ForbiddenException e -> NO_RIGHT;
      default ->
          failure.getCause() instanceof SQLException cause && isRefusal(cause) ? NO_RIGHT : OTHER;
    };
  }

  /** SQLSTATE classes of rights, missing tables of the catalog, and passwords. */
  private static boolean isRefusal(SQLException failure) {
    var state = failure.getSQLState();
    return state != null && (state.startsWith("42") || state.startsWith("28"));
  }
}
