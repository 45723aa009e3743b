package dev.acequia.consumer;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files in {@code schema-changes}, whose README says what they hold. */
final class SchemaChangeCases {
  private static final Path FOLDER = Path.of("src/test/resources/schema-changes");
  private static final Pattern FIELD =
      Pattern.compile("([a-z]+) ([a-z0-9]+)(?:\\(([0-9]+),([0-9]+)\\))?(!?)(\\*?)");

  /** What becomes of a field that is of one type and is to become of another. */
  record TypeChange(FieldType from, FieldType to, boolean allowed) {}

  /** A value as it stands in a record and in an answer. */
  record Sample(String json, String shown) {}

  /** A change that widens. */
  record Widening(FieldType from, FieldType to, String oldValueShown, Sample newValue) {}

  /** A change of another kind; refused when there is a refusal. */
  record Change(
      String name,
      LoadMode mode,
      Schema before,
      Schema after,
      @Nullable String refusal,
      @Nullable String oldRecord,
      @Nullable String newRecord) {
    @Override
    public String toString() {
      return name;
    }
  }

  private SchemaChangeCases() {}

  static List<TypeChange> types() {
    var lines = lines("types.txt");
    var header = lines.getFirst().split("\\s{2,}");
    var changes = new ArrayList<TypeChange>();
    for (var line : lines.subList(1, lines.size())) {
      var cells = line.split("\\s{2,}");
      for (var i = 1; i < cells.length; i++) {
        var from = type(cells[0]);
        var to = type(header[i]);
        if ((from == to) != cells[i].equals("same")) {
          throw new IllegalStateException("types.txt: a type is the same as itself only: " + line);
        }
        if (from != to) {
          changes.add(new TypeChange(from, to, cells[i].equals("widens")));
        }
      }
    }
    if (changes.size() != FieldType.values().length * (FieldType.values().length - 1)) {
      throw new IllegalStateException("types.txt lacks a type");
    }
    return changes;
  }

  static Map<FieldType, Sample> values() {
    var samples = new LinkedHashMap<FieldType, Sample>();
    for (var cells : table("values.txt")) {
      samples.put(type(cells[0]), new Sample(cells[1], cells[2]));
    }
    return samples;
  }

  static List<Widening> widenings() {
    return table("widening.txt").stream()
        .map(
            cells ->
                new Widening(
                    type(cells[0]), type(cells[1]), cells[2], new Sample(cells[3], cells[4])))
        .toList();
  }

  static List<Change> changes() {
    var blocks = String.join("\n", lines("changes.txt")).split("\n(?=[a-z])");
    return Arrays.stream(blocks)
        .map(block -> Arrays.stream(block.split("\n")).map(String::strip).toList())
        .map(SchemaChangeCases::change)
        .toList();
  }

  private static Change change(List<String> lines) {
    return new Change(
        lines.get(0),
        LoadMode.valueOf(lines.get(1).toUpperCase(Locale.ROOT)),
        schema(given(lines, "before: ")),
        schema(given(lines, "after: ")),
        find(lines, "refused: "),
        find(lines, "old record: "),
        find(lines, "new record: "));
  }

  private static String given(List<String> lines, String label) {
    var found = find(lines, label);
    if (found == null) {
      throw new IllegalStateException("changes.txt: '" + lines.get(0) + "' lacks " + label);
    }
    return found;
  }

  private static @Nullable String find(List<String> lines, String label) {
    return lines.stream()
        .filter(line -> line.startsWith(label))
        .map(line -> line.substring(label.length()).strip())
        .findFirst()
        .orElse(null);
  }

  private static Schema schema(String fields) {
    var key = new ArrayList<String>();
    var all = new ArrayList<Field>();
    for (var text : fields.split(", ")) {
      var found = FIELD.matcher(text);
      if (!found.matches()) {
        throw new IllegalStateException("changes.txt: not a field: " + text);
      }
      var digits =
          found.group(3) == null
              ? null
              : new Digits(Integer.parseInt(found.group(3)), Integer.parseInt(found.group(4)));
      all.add(
          new Field(found.group(1), type(found.group(2)), !found.group(5).isEmpty(), digits, null));
      if (!found.group(6).isEmpty()) {
        key.add(found.group(1));
      }
    }
    return new Schema(key, all, UnknownFields.DROP);
  }

  private static FieldType type(String name) {
    return FieldType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static List<String[]> table(String file) {
    var lines = lines(file);
    return lines.subList(1, lines.size()).stream()
        .map(line -> Arrays.stream(line.split(" \\| ")).map(String::strip).toArray(String[]::new))
        .toList();
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(FOLDER.resolve(file)).stream()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
