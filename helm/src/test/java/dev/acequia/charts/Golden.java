package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Approved renderings, under {@code src/test/resources/golden}. */
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  private Golden() {}

  /** Compares, or with {@code -Dbless} approves. */
  public static void assertGolden(String name, String actual) {
    var file = FOLDER.resolve(name);
    try {
      if (System.getProperty("bless") != null) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, actual);
      }
      assertThat(actual)
          .as("%s differs: if that is meant, run mvn test -pl helm -am -Dbless", file)
          .isEqualTo(Files.exists(file) ? Files.readString(file) : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
