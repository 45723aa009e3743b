package dev.acequia.contract;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The version of a resource's spec that a migration belongs to. By it the migration of an older
 * spec notices that a newer one has come.
 *
 * @param resource the uid of the resource; a resource that is created again under the same name has
 *     another one
 * @param number the operator raises it for each other migration Job of the resource
 */
public record SpecVersion(String resource, long number) {
  private static final Pattern TEXT = Pattern.compile("(\\S+)/([0-9]{1,18})");

  /** The version that the environment names; empty without the operator. */
  public static Optional<SpecVersion> fromEnvironment(Map<String, String> environment) {
    return RuntimeVariable.ACEQUIA_SPEC_VERSION.in(environment).map(SpecVersion::parse);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static SpecVersion parse(String text) {
    var found = TEXT.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(
          "the version of a spec is UID/GENERATION, not '" + text + "'");
    }
    return new SpecVersion(found.group(1), Long.parseLong(found.group(2)));
  }

  @Override
  public String toString() {
    return resource + "/" + number;
  }
}
