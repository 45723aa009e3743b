package dev.acequia.local.platform;

import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Option;

/** {@code --with}. */
public final class OptionalServers {
  @Option(
      names = "--with",
      paramLabel = "SERVER",
      split = ",",
      description =
          "Also start this server: ${COMPLETION-CANDIDATES}. The first start with s3 compiles it by "
              + "Go, which takes minutes.")
  private Set<OptionalServer> with = EnumSet.noneOf(OptionalServer.class);

  /** Those that were asked for. */
  public Set<OptionalServer> servers() {
    return with;
  }
}
