package dev.acequia.benchmarks.harness;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a benchmark's own below the repository, since {@code /tmp} is memory on some machines
 * and a commit would then wait for nothing.
 */
public record WorkFolder(Path path) {
  /** A new one. */
  public static WorkFolder create(String name) throws IOException {
    var below = Files.createDirectories(Workplace.repository().resolve(".acequia/bench"));
    return new WorkFolder(Files.createTempDirectory(below, name + "-"));
  }

  /** Deletes it with all that is in it; says so when it cannot. */
  public void delete() {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      System.err.println("acequia: cannot delete " + path + ": " + e);
    }
  }
}
