package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The last table of docs/architecture.md names what is there. */
class WhereChangesGoTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  static Stream<String> rows() throws IOException {
    var lines = Files.readAllLines(ROOT.resolve("docs/architecture.md"));
    var start = lines.indexOf("| change | place |");
    assertThat(start).as("the table's heading").isPositive();
    return lines.stream().skip(start + 2L).takeWhile(line -> line.startsWith("|"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void namesWhatIsThere(String row) throws IOException {
    var place = row.split("\\|", -1)[2];
    var names = NAME.matcher(place).results().map(match -> match.group(1)).toList();
    assertThat(names).as("rooms of: " + row).isNotEmpty();
    var rooms = List.<Path>of();
    for (var name : names) {
      if (Character.isUpperCase(name.charAt(0))) {
        assertThat(holds(rooms, name + ".java")).as(name + " in " + rooms).isTrue();
      } else {
        rooms = rooms(name);
        assertThat(rooms).as(name).isNotEmpty();
      }
    }
  }

  /** A folder of the repository, or a package of one of its modules. */
  private static List<Path> rooms(String name) throws IOException {
    if (Files.isDirectory(ROOT.resolve(name))) {
      return List.of(ROOT.resolve(name));
    }
    var slash = name.indexOf('/');
    var sources =
        slash < 0 ? null : ROOT.resolve(name.substring(0, slash)).resolve("src/main/java");
    if (sources == null || !Files.isDirectory(sources)) {
      return List.of();
    }
    try (var folders = Files.walk(sources)) {
      return folders
          .filter(Files::isDirectory)
          .filter(folder -> folder.endsWith(name.substring(slash + 1)))
          .toList();
    }
  }

  private static boolean holds(List<Path> rooms, String file) throws IOException {
    for (var room : rooms) {
      try (var files = Files.walk(room)) {
        if (files.anyMatch(found -> found.endsWith(file) && !isBuilt(found))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isBuilt(Path file) {
    return Stream.of(file.toString().split("/")).anyMatch("target"::equals);
  }
}
