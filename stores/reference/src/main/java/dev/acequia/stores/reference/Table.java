package dev.acequia.stores.reference;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A table and all that is remembered beside it. Whoever changes it takes the content, changes a
 * copy, and sets that if nobody else has set another meanwhile. So nobody waits for anybody, and
 * what a consumer does under a claim that is void is never set.
 */
final class Table {
  private final ReferenceStore store;
  private final AtomicReference<Content> content = new AtomicReference<>(new Content());

  Table(ReferenceStore store) {
    this.store = store;
  }

  Content content() {
    return content.get();
  }

  /** Sets a changed copy; false when the former is no longer the content. */
  boolean replace(Content former, Content changed) {
    return content.compareAndSet(former, changed);
  }

  /** A change of a copy, which may be made several times. */
  @FunctionalInterface
  interface Change<T, E extends Exception> {
    T apply(Content copy) throws E;
  }

  /** Changes the content. */
  <T, E extends Exception> T change(Change<T, E> change) throws E {
    while (true) {
      var former = content.get();
      var copy = new Content(former);
      var result = change.apply(copy);
      if (replace(former, copy)) {
        return result;
      }
    }
  }

  Instant now() {
    return store.now();
  }
}
