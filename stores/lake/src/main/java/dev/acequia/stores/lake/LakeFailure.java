package dev.acequia.stores.lake;

import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.SQLException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;

/** What catalogs and object stores throw, as the processes understand it. */
final class LakeFailure {
  private LakeFailure() {}

  /** Something that talks to the lake. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws Exception;
  }

  /** Does it; all that it throws means that the lake cannot do it now. */
  static <T> T of(Call<T> call) throws StoreUnavailableException {
    try {
      return call.run();
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (Exception e) {
      throw of(e);
    }
  }

  static StoreUnavailableException of(Exception failure) {
    var words = words(failure);
    return isRefusal(failure)
        ? new StoreRefusedException(words, failure)
        : new StoreUnavailableException(words, failure);
  }

  private static boolean isRefusal(Exception failure) {
    return failure instanceof NoSuchTableException
        || failure instanceof NoSuchNamespaceException
        || failure instanceof NotAuthorizedException
        || failure instanceof ForbiddenException
        || isRefusedByDatabase(failure);
  }

  /** A right or a table is missing, or the password is wrong. */
  private static boolean isRefusedByDatabase(Exception failure) {
    return failure.getCause() instanceof SQLException cause
        && cause.getSQLState() != null
        && (cause.getSQLState().startsWith("42") || cause.getSQLState().startsWith("28"));
  }

  private static String words(Exception failure) {
    var cause = failure.getCause();
    var message = String.valueOf(failure.getMessage());
    return cause == null || cause.getMessage() == null
        ? message
        : message + ": " + cause.getMessage();
  }
}
