package dev.acequia.stores.lake.catalog;

import dev.acequia.stores.lake.table.ForeignFileException;
import java.sql.SQLException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

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
      default -> isRefusal(failure) ? NO_RIGHT : OTHER;
    };
  }

  private static boolean isRefusal(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      var isRefusal =
          switch (cause) {
            case SQLException e -> isRefusal(e);
            // Unknown keys, keys without the right, or a wrong signature.
            case AwsServiceException e -> e.statusCode() == 401 || e.statusCode() == 403;
            default -> false;
          };
      if (isRefusal) {
        return true;
      }
    }
    return false;
  }

  /** SQLSTATE classes of rights, missing tables of the catalog, and passwords. */
  private static boolean isRefusal(SQLException failure) {
    var state = failure.getSQLState();
    return state != null && (state.startsWith("42") || state.startsWith("28"));
  }
}
