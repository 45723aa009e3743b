package dev.acequia.local.platform;

import dev.acequia.servers.ProcessRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;

/** A platform that some process runs now, starting and stopping included. */
public record RunningPlatform(PlatformFiles files, ProcessHandle process, Instant since) {

  /** The platform on a folder, if one runs there. */
  public static Optional<RunningPlatform> find(PlatformFiles files) {
    return ProcessRecord.readAll(files.run()).stream()
        .filter(named -> named.name().equals(PlatformLock.RECORD))
        .map(ProcessRecord.Named::note)
        .flatMap(
            note ->
                note
                    .process()
                    .map(process -> new RunningPlatform(files, process, note.startedAt()))
                    .stream())
        .findFirst();
  }

  /** Whether pipelines can be applied. */
  public boolean isReady() {
    return Files.exists(files.ready());
  }

  /** How to reach it; complete once it is ready. */
  public PlatformEnvironment environment() throws IOException {
    return PlatformEnvironment.read(files.environment());
  }

  /** A sentence for a person who wanted to start a second one. */
  String describe() {
    return "A platform already runs on %s (process %d, since %s). To use it: export KUBECONFIG=%s . To stop it: %s"
        .formatted(files.folder(), process.pid(), since, files.kubeconfig(), files.stopCommand());
  }
}
