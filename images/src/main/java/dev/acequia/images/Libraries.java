package dev.acequia.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The libraries of one entry point. */
final class Libraries {
  private final List<Path> files;

  Libraries(Path folder) throws IOException {
    try (var found = Files.list(folder)) {
      files = found.sorted().toList();
    }
  }

  void setTime(FileTime time) throws IOException {
    for (var file : files) {
      Files.setLastModifiedTime(file, time);
    }
  }

  /** 16 hex digits over names, contents and this JDK. */
  String digest() throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
      for (var file : files) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
