package dev.acequia.stores.lake.read;

import com.sun.management.OperatingSystemMXBean;
import dev.acequia.contract.LakeEngine;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DuckDB and the files that it reads, in one folder of this machine: {@code files} are copies of
 * the table's, {@code spill} is what a query does not keep in memory. Both begin when they are
 * first needed.
 */
final class LocalEngine implements AutoCloseable {
  /** Held delete files take an eighth of the cache, so they evict few data files. */
  private static final int CACHE_PER_DELETES = 8;

  private final ReaderLimits limits;
  private final String location;
  private final Path base;
  private @Nullable Parts parts;
  private boolean closed;

  private record Parts(OwnedFolder folder, Engine engine, TableFiles files, DeletedRows deleted) {}

  /**
   * Nothing is begun.
   *
   * @param location of the table
   * @param base below which this process finds a folder that no other one uses
   */
  LocalEngine(ReaderLimits limits, String location, Path base) {
    this.limits = limits;
    this.location = location;
    this.base = base;
  }

  static ReaderLimits limits(StoreDefinition.Lake store) {
    var duckDb = (LakeEngine.DuckDb) store.engine();
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var process = Runtime.getRuntime();
    return ReaderLimits.of(
        process.maxMemory(),
        machine.getTotalMemorySize(),
        process.availableProcessors(),
        duckDb.cacheBytes());
  }

  /** Where the pipeline's files are kept. */
  static Path folder(PipelineDefinition definition, Map<String, String> environment) {
    return RuntimeVariable.STORE_CACHE_DIR
        .in(environment)
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "acequia-lake"))
        .resolve(definition.namespace() + "." + definition.name());
  }

  Engine engine() throws StoreReadException {
    return parts().engine();
  }

  TableFiles files() throws StoreReadException {
    return parts().files();
  }

  DeletedRows deleted() throws StoreReadException {
    return parts().deleted();
  }

  private synchronized Parts parts() throws StoreReadException {
    if (closed) {
      throw new StoreReadException(Reason.UNAVAILABLE, "the reader is closed");
    }
    var begun = parts;
    if (begun == null) {
      try {
        begun = begin();
      } catch (IOException | SQLException | RuntimeException e) {
        throw new StoreReadException(
            Reason.UNAVAILABLE, "DuckDB cannot be started in this process", e);
      }
      parts = begun;
    }
    return begun;
  }

  private Parts begin() throws IOException, SQLException {
    var folder = OwnedFolder.below(base);
    try {
      var copies = folder.path().resolve("files");
      var files = new TableFiles(location, new FileCache(copies, limits.cacheBytes()));
      var readable = new ArrayList<Path>();
      readable.add(copies);
      var table = TableFiles.local(location);
      if (table != null) {
        readable.add(table);
      }
      var spill = folder.path().resolve("spill");
      clear(spill);
      var engine = new Engine(limits, readable, spill);
      return new Parts(
          folder,
          engine,
          files,
          new DeletedRows(
              engine, files, limits.maxDeletedRows(), limits.cacheBytes() / CACHE_PER_DELETES));
    } catch (IOException | SQLException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** What a process that was killed has left. */
  private static void clear(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var left = Files.walk(folder)) {
      for (var file : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    var begun = parts;
    parts = null;
    if (begun != null) {
      begun.engine().close();
      try {
        begun.folder().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
