package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a server keeps its things.
 *
 * @param data survives restarts
 * @param logs one file for each process
 * @param run records of the processes that run, see {@link ProcessRecord}
 */
public record Home(Path data, Path logs, Path run) {
  public Home {
    data = data.toAbsolutePath().normalize();
    logs = logs.toAbsolutePath().normalize();
    run = run.toAbsolutePath().normalize();
  }

  /** Everything below one folder. */
  public static Home at(Path folder) {
    return new Home(folder, folder.resolve("logs"), folder.resolve("run"));
  }

  public void create() {
    try {
      Files.createDirectories(data);
      Files.createDirectories(logs);
      Files.createDirectories(run);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
