package dev.acequia.stores.lake.maintain;

import dev.acequia.contract.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A set of file names without folders, as digests of 8 bytes. Names are unique, but a path can be
 * encoded in several ways. A collision only keeps an orphan.
 */
final class FileNames {
  private final MessageDigest digest = Sha256.digest();
  private long[] digests = new long[1024];
  private int size;
  private boolean isSorted;

  /** The name of a file, without its folders. */
  static String name(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  void add(String location) {
    if (size == digests.length) {
      digests = Arrays.copyOf(digests, size * 2);
    }
    digests[size++] = digest(location);
    isSorted = false;
  }

  boolean contains(String location) {
    if (!isSorted) {
      Arrays.sort(digests, 0, size);
      isSorted = true;
    }
    return Arrays.binarySearch(digests, 0, size, digest(location)) >= 0;
  }

  private long digest(String location) {
    return ByteBuffer.wrap(digest.digest(name(location).getBytes(StandardCharsets.UTF_8)))
        .getLong();
  }
}
