package dev.acequia.stores.lake.read;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A folder that no other process uses until it is closed, or the process has ended. */
final class OwnedFolder implements AutoCloseable {
  /** Of processes that share a base folder; Pods do not. */
  private static final int MOST = 100;

  private final Path path;
  private final FileChannel lock;

  private OwnedFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** The first folder below the base that nobody uses; an earlier process may have left files. */
  static OwnedFolder below(Path base) throws IOException {
    for (var number = 0; number < MOST; number++) {
      var owned = own(base.resolve(Integer.toString(number)));
      if (owned.isPresent()) {
        return owned.get();
      }
    }
    throw new IOException(MOST + " processes use " + base);
  }

  private static Optional<OwnedFolder> own(Path path) throws IOException {
    Files.createDirectories(path);
    var lock =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() != null) {
        return Optional.of(new OwnedFolder(path, lock));
      }
    } catch (OverlappingFileLockException e) {
      // Another reader of this process has it.
    }
    lock.close();
    return Optional.empty();
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
