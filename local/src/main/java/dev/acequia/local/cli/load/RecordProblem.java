package dev.acequia.local.cli.load;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with one record of the file.
 *
 * @param field the field it is about, if it is about one
 */
public record RecordProblem(long line, @Nullable String field, String reason) {
  @Override
  public String toString() {
    return "line " + line + ": " + (field == null ? "" : field + ": ") + reason;
  }
}
