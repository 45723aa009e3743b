package dev.acequia.operator.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A certificate and its key, which nobody trusts. */
final class Pem {
  static final String AUTHORITY = read("authority.pem");
  static final String KEY = read("key.pem");

  private Pem() {}

  private static String read(String name) {
    try {
      return Files.readString(Path.of("src/test/resources/kafka").resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
