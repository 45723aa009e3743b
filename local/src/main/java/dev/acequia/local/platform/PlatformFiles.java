package dev.acequia.local.platform;

import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.Home;
import java.nio.file.Path;

/**
 * Where things are in a platform's folder.
 *
 * @param folder absolute
 */
public record PlatformFiles(Path folder) {
  static final String DEFAULT_FOLDER = ".acequia";

  public PlatformFiles {
    folder = folder.toAbsolutePath().normalize();
  }

  /** The command that stops the platform of this folder. */
  String stopCommand() {
    var usual = ControlPlaneBinaries.repositoryRoot().resolve(DEFAULT_FOLDER);
    return "./acequia down" + (folder.equals(usual) ? "" : " --data-dir " + folder);
  }

  /** For kubectl; its user may do everything. */
  public Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  /** {@code NAME=value} lines for a person's own programs, see {@link PlatformEnvironment}. */
  public Path environment() {
    return folder.resolve("platform.env");
  }

  /** One file for each process. */
  public Path logs() {
    return folder.resolve("logs");
  }

  Path choices() {
    return folder.resolve("platform.json");
  }

  Path run() {
    return folder.resolve("run");
  }

  /** The images that Pods run, as they were when the platform started. */
  Path images() {
    return folder.resolve("images");
  }

  Path node() {
    return folder.resolve("node");
  }

  /** Held by the process that runs the platform. */
  Path lock() {
    return run().resolve("lock");
  }

  /** There while the platform is ready. */
  Path ready() {
    return run().resolve("ready");
  }

  /** What a detached platform prints. */
  Path output() {
    return logs().resolve("platform.log");
  }

  Home home(String server) {
    return new Home(folder.resolve("data").resolve(server), logs(), run());
  }
}
