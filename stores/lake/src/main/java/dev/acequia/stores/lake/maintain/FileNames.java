package dev.acequia.stores.lake.maintain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Names of files, without their folders, as 8 bytes each. Writers make unique names, while one
 * folder can be written in several ways. Two names with the same bytes only keep a file too many.
 */
final class FileNames {
  private final MessageDigest digest;
  private long[] digests = new long[1024];
  private int size;
  private boolean isSorted;

  FileNames() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
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
    var name = location.substring(location.lastIndexOf('/') + 1);
    return ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
