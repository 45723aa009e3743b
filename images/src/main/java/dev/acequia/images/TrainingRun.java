package dev.acequia.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Runs the runtime image's processes against a Kafka and a store, and leaves in the image what the
 * virtual machine has loaded, linked and learnt by then: an AOT cache for each entry point, with
 * which the next start of it is shorter. What was trained with the same libraries and the same JDK
 * is used again.
 */
public final class TrainingRun {
  private TrainingRun() {}

  /**
   * Arguments: the image's folder, a folder that outlives it, the time that all libraries get, and
   * a file of records.
   */
  public static void main(String[] args) throws Exception {
    var image = Path.of(args[0]);
    var kept = Files.createDirectories(Path.of(args[1]));
    var time = FileTime.from(Instant.parse(args[2]));
    var records = Files.readAllLines(Path.of(args[3]));
    var store = image.resolve("lib").resolve("stores").resolve(TrainingGround.STORE);
    for (var role : List.of("consumer", "api")) {
      var libraries = Libraries.of(image.resolve("lib").resolve(role), store);
      // A cache is good for libraries of the same names, sizes and times only.
      libraries.setTime(time);
      var cache = kept.resolve(role + "-" + libraries.digest() + ".aot");
      try {
        if (!Files.exists(cache)) {
          train(role, image, cache, records);
          removeOthers(kept, role, cache);
        }
        Files.copy(cache, store.resolve(role + ".aot"));
      } catch (IOException | ExecutionException | RuntimeException e) {
        // The image is whole without it, and only starts later.
        System.err.println("WARNING: " + role + " has no AOT cache: " + e.getMessage());
      }
    }
  }

  private static void train(String role, Path image, Path cache, List<String> records)
      throws IOException, InterruptedException, ExecutionException {
    System.out.println("training " + role);
    var unfinished = cache.resolveSibling(cache.getFileName() + ".new");
    try (var ground = TrainingGround.open(image, records)) {
      switch (role) {
        case "consumer" -> ground.consume(unfinished);
        default -> ground.serve(unfinished);
      }
    }
    Files.move(unfinished, cache);
  }

  private static void removeOthers(Path folder, String role, Path wanted) throws IOException {
    try (var files = Files.newDirectoryStream(folder, role + "-*")) {
      for (var file : files) {
        if (!file.equals(wanted)) {
          Files.delete(file);
        }
      }
    }
  }
}
