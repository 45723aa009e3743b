package dev.acequia.local.platform;

import dev.acequia.servers.ControlPlaneBinaries;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which platform a command is about. */
public final class PlatformFolder {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The platform's folder (default: .acequia in the repository).")
  private @Nullable Path folder;

  /** The option's value, or the default. */
  public PlatformFiles files() {
    return new PlatformFiles(
        folder == null ? repositoryRoot().resolve(PlatformFiles.DEFAULT_FOLDER) : folder);
  }

  Path repositoryRoot() {
    return ControlPlaneBinaries.repositoryRoot();
  }
}
