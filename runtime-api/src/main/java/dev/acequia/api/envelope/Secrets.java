package dev.acequia.api.envelope;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted Secret whose every value counts. It is read again when it is asked after a while, so
 * that a changed value counts without a restart.
 */
final class Secrets {
  private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);
  private static final long MAX_AGE_NANOS = 5_000_000_000L;

  private final @Nullable Path folder;
  private List<byte[]> values = List.of();
  private long readAt;
  private boolean read;

  /**
   * The values of a folder's files.
   *
   * @param folder null for a Secret without values
   */
  Secrets(@Nullable Path folder) {
    this.folder = folder;
  }

  /** Whether it is one of the values; takes the same time wherever they differ. */
  boolean contain(String candidate) {
    var bytes = candidate.getBytes(StandardCharsets.UTF_8);
    var found = false;
    for (var value : current()) {
      found |= MessageDigest.isEqual(value, bytes);
    }
    return found;
  }

  private synchronized List<byte[]> current() {
    if (folder != null && (!read || System.nanoTime() - readAt > MAX_AGE_NANOS)) {
      try {
        values = values(folder);
        read = true;
      } catch (IOException e) {
        LOG.warn("the Secret in {} cannot be read, its former values go on: {}", folder, e);
      }
      readAt = System.nanoTime();
    }
    return values;
  }

  /** A Secret's mount has a hidden folder beside the values. */
  private static List<byte[]> values(Path folder) throws IOException {
    var values = new ArrayList<byte[]>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        if (!file.getFileName().toString().startsWith(".") && Files.isRegularFile(file)) {
          var value = value(file);
          if (value.length > 0) {
            values.add(value);
          }
        }
      }
    }
    return values;
  }

  /** What cannot be read counts for nothing, and leaves the others alone. */
  private static byte[] value(Path file) {
    try {
      var bytes = Files.readAllBytes(file);
      var text = new String(bytes, StandardCharsets.UTF_8);
      if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
        return text.strip().getBytes(StandardCharsets.UTF_8);
      }
      LOG.warn("the Secret's value {} counts for nothing: it is not UTF-8", file);
    } catch (IOException e) {
      LOG.warn("the Secret's value {} counts for nothing: it cannot be read: {}", file, e);
    }
    return new byte[0];
  }
}
