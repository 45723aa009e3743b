package dev.acequia.api.query;

import dev.acequia.api.bounds.ByteBudget;

/** Room for the pages of tests. */
final class PageRooms {
  private PageRooms() {}

  /** More than any test takes. */
  static PageRoom.Space ample() {
    return of(64 << 20, 64 << 20);
  }

  static PageRoom.Space of(long memory, long files) {
    return new PageRoom.Space(
        new ByteBudget(memory), new ByteBudget(files), files / 2, new ByteBudget(8 << 20));
  }
}
