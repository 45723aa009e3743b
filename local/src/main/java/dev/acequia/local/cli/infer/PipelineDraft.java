package dev.acequia.local.cli.infer;

import dev.acequia.contract.FieldType;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.Excerpt;
import dev.acequia.local.cli.source.RecordFile;
import dev.acequia.local.platform.LocalPlatform;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A DataPipeline for a file, as text with comments: it can be applied as it is. */
public final class PipelineDraft {
  private static final int MAX_NAME = 40;
  private static final int MAX_NAMESPACE = 63;
  private static final String NAMESPACE_FORM = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String NAME_FORM = "[a-z]([-a-z0-9]*[a-z0-9])?";

  /** YAML 1.1, which the tools of Kubernetes speak, reads these words as booleans or null. */
  private static final Set<String> YAML_WORDS =
      Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

  private final FileProfile profile;
  private final String name;
  private final @Nullable String namespace;
  private final List<String> key;

  /**
   * Prepares the draft.
   *
   * @param name the pipeline's name; made from the file's when null
   * @param key names of the fields or columns that identify a record; empty for append
   * @throws CommandException when a name is not valid or a key field cannot be one
   */
  public PipelineDraft(
      FileProfile profile, @Nullable String name, @Nullable String namespace, List<String> key) {
    this.profile = profile;
    this.name = name == null ? nameFrom(profile.file()) : checked(name);
    this.namespace = namespace == null ? null : checkedNamespace(namespace);
    this.key = key.stream().map(this::keyField).toList();
  }

  /** The text, ended by a line break. */
  public String toYaml() {
    var yaml = new ArrayList<String>();
    heading(yaml);
    yaml.add("apiVersion: acequia.dev/v1alpha1");
    yaml.add("kind: DataPipeline");
    yaml.add("metadata:");
    yaml.add("  name: " + word(name));
    if (namespace != null) {
      yaml.add("  namespace: " + word(namespace));
    }
    yaml.add("spec:");
    yaml.add("  schema:");
    key(yaml);
    yaml.add("    fields:");
    fields(yaml);
    yaml.add("  store:");
    yaml.add("    " + LocalPlatform.STORE + " # a Secret with uri, username and password");
    yaml.add("  consumer:");
    yaml.add(
        key.isEmpty()
            ? "    mode: append # every record a row; upsert: one row for each key"
            : "    mode: upsert # one row for each key, the newest record wins");
    return String.join("\n", yaml) + "\n";
  }

  private void heading(List<String> yaml) {
    var path = profile.file().path();
    var file = path == null ? "standard input" : Excerpt.of(path.getFileName().toString());
    yaml.add(
        "# From %s: %s%,d %s read."
            .formatted(
                file,
                profile.whole() ? "all " : "only the first ",
                profile.records(),
                profile.records() == 1 ? "record" : "records"));
    if (!profile.whole()) {
      yaml.add(
          "# Others may be wider or lack values, so no field is required here: check the types.");
    }
    yaml.add("# Once it is applied and Ready, fill it with");
    yaml.add("#   ./acequia import " + importArguments());
  }

  /** The words after {@code import} with which the file is read as it was read here. */
  private String importArguments() {
    var path = profile.file().path();
    var words = new StringBuilder(path == null ? "-" : ShellWord.ofFile(path.toString()));
    words.append(" --to ENDPOINT");
    if (profile.file().isFormatGiven()) {
      words.append(" --format ").append(profile.file().format().name().toLowerCase(Locale.ROOT));
    }
    if (profile.file().format() == RecordFile.Format.CSV) {
      var dialect = profile.dialect();
      if (dialect.delimiterGiven()) {
        words.append(" --delimiter ");
        words.append(dialect.delimiter() == '\t' ? "tab" : ShellWord.of("" + dialect.delimiter()));
      }
      if (!dialect.encoding().equals(StandardCharsets.UTF_8)) {
        words.append(" --encoding ").append(ShellWord.of(dialect.encoding().name()));
      }
      for (var word : profile.nullWords()) {
        words.append(" --null ").append(ShellWord.of(word));
      }
    }
    return words.toString();
  }

  private void key(List<String> yaml) {
    if (!key.isEmpty()) {
      yaml.add(
          "    key: [" + String.join(", ", key.stream().map(PipelineDraft::word).toList()) + "]");
      return;
    }
    var example =
        profile.fields().stream()
            .filter(this::isRequired)
            .filter(field -> field.type() != FieldType.DOUBLE && field.type() != FieldType.JSON)
            .findFirst()
            .map(field -> word(field.name()))
            .orElse("FIELD");
    yaml.add(
        "    # Which required fields identify a record? Name them here to use mode upsert below:");
    yaml.add("    # key: [" + example + "]");
  }

  private void fields(List<String> yaml) {
    var nameWidth = width(profile.fields().stream().map(field -> word(field.name())).toList());
    var typeWidth = width(profile.fields().stream().map(field -> type(field)).toList());
    for (var field : profile.fields()) {
      var named = pad(word(field.name()) + ",", nameWidth + 1);
      var line =
          isRequired(field)
              ? "      - {name: %s type: %s required: true}"
                  .formatted(named, pad(type(field) + ",", typeWidth + 1))
              : "      - {name: %s type: %s}".formatted(named, type(field));
      var comment = comment(field);
      yaml.add(comment.isEmpty() ? line : line + " # " + comment);
    }
  }

  private String comment(InferredField field) {
    var remarks = new ArrayList<String>();
    if (!field.column().equals(field.name())) {
      remarks.add("column '" + Excerpt.of(field.column()) + "'");
    }
    if (field.nulls() == profile.records()) {
      remarks.add("never has a value");
    } else if (field.nulls() > 0) {
      remarks.add("%,d without a value".formatted(field.nulls()));
    }
    if (!field.doubt().isEmpty()) {
      remarks.add(field.doubt());
    }
    return String.join("; ", remarks);
  }

  private boolean isRequired(InferredField field) {
    return key.contains(field.name()) || (profile.whole() && field.nulls() == 0);
  }

  private String keyField(String wanted) {
    for (var field : profile.fields()) {
      if (field.name().equals(wanted) || field.column().equals(wanted)) {
        if (field.nulls() > 0) {
          throw new CommandException(
              "--key: '%s' has no value in %,d records; a key field always has one"
                  .formatted(wanted, field.nulls()));
        }
        return field.name();
      }
    }
    throw new CommandException(
        "--key: the file has no column '"
            + wanted
            + "'; it has "
            + String.join(", ", profile.fields().stream().map(InferredField::name).toList()));
  }

  private static String nameFrom(RecordFile file) {
    var name =
        file.stem()
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^[-0-9]+|-+$", "");
    if (name.length() > MAX_NAME) {
      name = name.substring(0, MAX_NAME).replaceAll("-+$", "");
    }
    return name.isEmpty() ? "pipeline" : name;
  }

  private static String checked(String name) {
    if (name.length() > MAX_NAME || !name.matches(NAME_FORM)) {
      throw new CommandException(
          "--name "
              + name
              + ": use at most 40 small letters, digits and dashes, beginning with a letter and"
              + " not ending in a dash");
    }
    return name;
  }

  private static String checkedNamespace(String namespace) {
    if (namespace.length() > MAX_NAMESPACE || !namespace.matches(NAMESPACE_FORM)) {
      throw new CommandException(
          "--namespace "
              + namespace
              + ": use at most 63 small letters, digits and dashes, neither beginning nor ending in"
              + " a dash");
    }
    return namespace;
  }

  private static String type(InferredField field) {
    return field.type().name().toLowerCase(Locale.ROOT);
  }

  private static String word(String word) {
    var number = !word.isEmpty() && Character.isDigit(word.charAt(0));
    return number || YAML_WORDS.contains(word) ? '"' + word + '"' : word;
  }

  private static int width(List<String> words) {
    return words.stream().mapToInt(String::length).max().orElse(0);
  }

  private static String pad(String word, int width) {
    return word + " ".repeat(Math.max(0, width - word.length()));
  }
}
