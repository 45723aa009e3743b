package dev.acequia.api.query;

import dev.acequia.api.bounds.ByteBudget;
import dev.acequia.api.bounds.HeapShare;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.stores.query.InvalidQueryException;

/**
 * What one page holds, in memory and in files, of what the pages of all requests may hold. Clients
 * that read slowly keep theirs for long. Given back at the end at the latest.
 */
final class PageRoom implements AutoCloseable {
  private final Space space;
  private long memory;
  private long files;

  /**
   * What all pages together may hold.
   *
   * @param memory beside the first bytes of each page
   * @param files what does not fit there
   * @param largestPage in files, in bytes; a larger one is no page any more
   * @param compressors what the compression of answers holds outside of the heap
   */
  record Space(ByteBudget memory, ByteBudget files, long largestPage, ByteBudget compressors) {
    /** Of the 256 MiB that a Pod has for temporary files. */
    private static final long FILE_BYTES = 224L << 20;

    private static final long LARGEST_PAGE = 128L << 20;

    /** A dozen clients that have their answers compressed by zstd, or a hundred by gzip. */
    private static final long COMPRESSOR_BYTES = 48L << 20;

    static Space of(HeapShare share) {
      return new Space(
          new ByteBudget(share.pages()),
          new ByteBudget(FILE_BYTES),
          LARGEST_PAGE,
          new ByteBudget(COMPRESSOR_BYTES));
    }
  }

  PageRoom(Space space) {
    this.space = space;
  }

  /** Takes so many bytes of memory, if they can be had now. */
  boolean tryHold(long bytes) {
    if (!space.memory().tryTake(bytes)) {
      return false;
    }
    memory += bytes;
    return true;
  }

  /** Gives back memory of the page. */
  void letGo(long bytes) {
    space.memory().giveBack(bytes);
    memory -= bytes;
  }

  /**
   * Takes so many bytes of files.
   *
   * @throws InvalidQueryException when the page is too large
   * @throws ProblemException when others' pages leave no room now
   */
  void takeFile(long bytes) {
    if (files + bytes > space.largestPage()) {
      throw new InvalidQueryException(
          "the page is larger than %d MiB: ask for fewer rows with limit or for fewer fields with select"
              .formatted(space.largestPage() >> 20));
    }
    if (!space.files().tryTake(bytes)) {
      throw new ProblemException(
          Problem.of(
                  ProblemType.OVERLOADED,
                  "Too many large pages are being read at once. Try again, or ask for fewer rows"
                      + " with limit.")
              .retryAfter(2));
    }
    files += bytes;
  }

  /** Gives back what a file of the page took. */
  void deleteFile(long bytes) {
    space.files().giveBack(bytes);
    files -= bytes;
  }

  @Override
  public void close() {
    letGo(memory);
    deleteFile(files);
  }
}
