package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.servers.ProcessRecord;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** Only one process at a time runs a platform on a folder. A killed one holds nothing. */
final class PlatformLock implements AutoCloseable {
  /** The name of the record that says who holds it. */
  static final String RECORD = "platform";

  private final PlatformFiles files;
  private final FileChannel channel;

  private PlatformLock(PlatformFiles files, FileChannel channel) {
    this.files = files;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws CommandException when a platform runs on the folder
   */
  static PlatformLock take(PlatformFiles files) throws IOException {
    Files.createDirectories(files.run());
    var channel =
        FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!lock(channel)) {
      channel.close();
      throw new CommandException(
          RunningPlatform.find(files)
              .map(RunningPlatform::describe)
              .orElse("Another platform is just starting or stopping on %s.")
              .formatted(files.folder()));
    }
    Files.deleteIfExists(files.ready());
    return new PlatformLock(files, channel);
  }

  /** Writes down who holds it, for {@link RunningPlatform}. */
  void record() {
    ProcessRecord.write(files.run(), RECORD, ProcessHandle.current(), "java");
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(files.ready());
    ProcessRecord.remove(files.run(), RECORD);
    channel.close();
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(); // lives as long as the channel is open
      return lock != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    }
  }
}
