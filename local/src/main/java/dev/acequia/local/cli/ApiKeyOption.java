package dev.acequia.local.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The key that an endpoint is called with. */
final class ApiKeyOption {
  private static final String VARIABLE = "ACEQUIA_API_KEY";

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "The key to call the endpoint with (default: $ACEQUIA_API_KEY, which other users of this "
              + "machine do not see; none for an open API).")
  private @Nullable String key;

  @Nullable String value() {
    if (key != null) {
      return key;
    }
    var variable = System.getenv(VARIABLE);
    return variable == null || variable.isEmpty() ? null : variable;
  }
}
