package dev.acequia.stores.lake;

import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.lake.catalog.CatalogFailure;

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
    return switch (CatalogFailure.of(failure)) {
      case NO_TABLE, NO_NAMESPACE, NO_RIGHT, FOREIGN_FILE ->
          new StoreRefusedException(words, failure);
      case OTHER -> new StoreUnavailableException(words, failure);
    };
  }

  private static String words(Exception failure) {
    var cause = failure.getCause();
    var message = String.valueOf(failure.getMessage());
    return cause == null || cause.getMessage() == null
        ? message
        : message + ": " + cause.getMessage();
  }
}
