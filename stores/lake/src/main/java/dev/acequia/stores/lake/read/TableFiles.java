package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.lake.read.FileCache.Remote;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Files of a table on this machine's disk: in their own place where the table is in a local folder,
 * else as copies in the cache.
 */
final class TableFiles {
  private static final String LOCAL = "file:";

  /** DuckDB takes these for patterns of names. */
  private static final String PATTERNS = "*?[]{}";

  private final @Nullable Path folder;
  private final FileCache cache;

  /**
   * Files of a table.
   *
   * @param location of the table; files beside it are not read in their place
   */
  TableFiles(String location, FileCache cache) {
    this.folder = local(location);
    this.cache = cache;
  }

  /** The folder of a local table; null of one elsewhere. */
  static @Nullable Path local(String location) {
    return location.startsWith(LOCAL) ? Path.of(URI.create(location)).normalize() : null;
  }

  HeldFiles hold(List<? extends TableFile> files, FileIO io, Deadline deadline)
      throws StoreReadException {
    var paths = new ArrayList<@Nullable Path>();
    var remote = new ArrayList<Remote>();
    for (var file : files) {
      var path = inPlace(file.location());
      paths.add(path);
      if (path == null) {
        remote.add(new Remote(file.location(), file.bytes()));
      }
    }
    var held =
        remote.isEmpty()
            ? null
            : cache.hold(remote, (file, target) -> fetch(io, file, target), deadline);
    return new Held(paths, held);
  }

  private @Nullable Path inPlace(String location) {
    if (folder == null) {
      return null;
    }
    var path = local(location);
    return path != null
            && path.startsWith(folder)
            && path.toString().chars().noneMatch(c -> PATTERNS.indexOf(c) >= 0)
        ? path
        : null;
  }

  private static void fetch(FileIO io, Remote file, Path target) throws IOException {
    try (var source = io.newInputFile(file.location(), file.bytes()).newStream()) {
      Files.copy(source, target);
    }
  }

  private static final class Held implements HeldFiles {
    private final List<Path> paths = new ArrayList<>();
    private final @Nullable HeldFiles copies;

    Held(List<@Nullable Path> inPlace, @Nullable HeldFiles copies) {
      this.copies = copies;
      var next = 0;
      for (var path : inPlace) {
        if (path != null) {
          paths.add(path);
        } else if (copies != null) {
          paths.add(copies.paths().get(next++));
        }
      }
    }

    @Override
    public List<Path> paths() {
      return paths;
    }

    @Override
    public void close() {
      if (copies != null) {
        copies.close();
      }
    }
  }
}
