package dev.acequia.operator.validate;

/**
 * What is wrong at one place of the resource.
 *
 * @param path such as {@code spec.api.auth}
 * @param message what to do, for a person
 */
public record Violation(String path, String message) {
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
