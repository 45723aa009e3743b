package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A kind of store is named in its own rooms and nowhere else of the product. */
class StoreRoomsTest {
  private static final Path ROOT = Path.of("..");

  /**
   * Where a kind may be named: its records, its module, the servers that stand in for it, what the
   * local platform starts, and what measures or trains the product on it.
   */
  private static final List<String> ROOMS =
      List.of(
          "benchmarks/",
          "contract/",
          "crds/",
          "images/src/main/java/dev/acequia/images/TrainingGround.java",
          "local/src/main/java/dev/acequia/local/platform/",
          "operator/src/main/java/dev/acequia/operator/store/",
          "servers/",
          "stores/");

  private static final String QUERY_LANGUAGE = "PostgREST";

  private static final Set<String> KINDS =
      Stream.of(StoreDefinition.class.getAnnotation(JsonSubTypes.class).value())
          .map(JsonSubTypes.Type::name)
          .collect(Collectors.toSet());

  @Test
  void noOtherRoomNamesAKind() throws IOException {
    var named = Pattern.compile(String.join("|", KINDS), Pattern.CASE_INSENSITIVE);
    var found = new ArrayList<String>();
    for (var file : sources()) {
      var lines = Files.readAllLines(file);
      for (var i = 0; i < lines.size(); i++) {
        if (named.matcher(lines.get(i).replace(QUERY_LANGUAGE, "")).find()) {
          found.add(ROOT.relativize(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void noStoreNamesAnother() throws IOException {
    var found = new ArrayList<String>();
    for (var kind : KINDS) {
      var others = KINDS.stream().filter(other -> !other.equals(kind)).toList();
      for (var file : sourcesIn(ROOT.resolve("stores").resolve(kind))) {
        var text = Files.readString(file);
        others.stream()
            .filter(other -> text.contains("stores." + other))
            .forEach(other -> found.add(file + " names " + other));
      }
    }
    assertThat(found).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    return sourcesIn(ROOT).stream()
        .filter(file -> ROOMS.stream().noneMatch(ROOT.relativize(file).toString()::startsWith))
        .toList();
  }

  /** Main sources and entry points. */
  private static List<Path> sourcesIn(Path folder) throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes) {
            var name = entered.getFileName().toString();
            return !name.equals("..") && (name.equals("target") || name.startsWith("."))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            var path = file.toString();
            if ((path.contains("/src/main/") && path.endsWith(".java"))
                || path.endsWith("/entrypoint")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertThat(files).as("sources in " + folder).isNotEmpty();
    return files;
  }
}
