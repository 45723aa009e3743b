package dev.acequia.stores.lake;

import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.lake.catalog.CatalogFailure;

/** What catalogs and object stores throw, as the processes understand it. */
final class LakeFailure {
  /** How Iceberg refuses a commit that is more than a minute older than the last one. */
  private static final String OLDER = "Invalid update timestamp ";

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
    return switch (CatalogFailure.of(failure)) {
      case NO_TABLE, NO_NAMESPACE, NO_RIGHT, FOREIGN_FILE ->
          new StoreRefusedException(words, failure);
      case OTHER -> new StoreUnavailableException(words, failure);
    };
  }

  private static String words(Exception failure) {
    var cause = failure.getCause();
    var message = String.valueOf(failure.getMessage());
    if (message.startsWith(OLDER)) {
      return "The table's last commit has a later time than this machine, so a clock is wrong: nothing can be committed until that time, or until the table is rolled back by its catalog. Correct the clocks of the nodes. Iceberg says: "
          + message;
    }
    return cause == null || cause.getMessage() == null
        ? message
        : message + ": " + cause.getMessage();
  }
}
