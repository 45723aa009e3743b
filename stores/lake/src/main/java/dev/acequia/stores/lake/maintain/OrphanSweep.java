package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files below the table's location that no snapshot names: those of commits that failed
 * without an answer, and of processes that ended. They are three days old, so no commit that is
 * under way has them.
 */
public final class OrphanSweep implements Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanSweep.class);

  /** The property that says which process sweeps, and until when no other does. */
  static final String LEASE = "acequia.sweep";

  /** As long as Iceberg's own procedure waits. */
  static final Duration AGE = Duration.ofDays(3);

  private static final Duration PAUSE = Duration.ofDays(1);

  /** Where Iceberg's writers put files. A table that is nested in another's folder is elsewhere. */
  private static final List<String> FOLDERS = List.of("/metadata/", "/data/");

  /** What our writers write. Of other files nobody here knows what they are for. */
  private static final List<String> ENDINGS = List.of(".parquet", ".avro", ".metadata.json");

  /** Removed by one request to S3. */
  private static final int AT_ONCE = 1_000;

  private final Clock clock;
  private final Lease lease;

  public OrphanSweep(Clock clock) {
    this.clock = clock;
    lease = new Lease(LEASE, clock);
  }

  @Override
  public String subject() {
    return "files that no snapshot names";
  }

  @Override
  public Duration work(Table table) throws IOException {
    var pause = PAUSE.plusMinutes(ThreadLocalRandom.current().nextInt(60));
    var other = lease.heldByOther(table);
    if (other.isPresent()) {
      return other.get().plusMinutes(ThreadLocalRandom.current().nextInt(60));
    }
    var head = table.currentSnapshot();
    if (!(table.io() instanceof SupportsPrefixOperations io)
        || !(table instanceof HasTableOperations operations)
        || head == null
        || !lease.take(table, PAUSE.dividedBy(2))) {
      return pause;
    }
    // Before much is read, as listing may not be allowed.
    if (!io.listPrefix(table.location() + FOLDERS.getFirst()).iterator().hasNext()) {
      return pause;
    }
    var before = clock.millis() - AGE.toMillis();
    var named = named(table, operations.operations().current());
    var swept = 0;
    var isListed = false;
    for (var folder : FOLDERS) {
      var orphans = new ArrayList<String>();
      for (var file : io.listPrefix(table.location() + folder)) {
        isListed |= name(file.location()).equals(name(head.manifestListLocation()));
        if (isOld(file, before) && !named.contains(file.location())) {
          orphans.add(file.location());
          if (orphans.size() == AT_ONCE && isListed) {
            swept += remove(io, orphans);
          }
        }
      }
      // What is listed is what the snapshots name only if it has the newest of their files.
      if (!isListed) {
        LOG.warn("no file is removed: {}{} lacks the table's own", table.location(), folder);
        return pause;
      }
      swept += remove(io, orphans);
    }
    if (swept > 0) {
      LOG.info("removed {} files of {} that no snapshot names", swept, table.location());
    }
    return pause;
  }

  private static boolean isOld(FileInfo file, long before) {
    return file.createdAtMillis() < before && ENDINGS.stream().anyMatch(file.location()::endsWith);
  }

  private static String name(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }

  private static int remove(SupportsPrefixOperations io, List<String> orphans) {
    var count = orphans.size();
    if (io instanceof SupportsBulkOperations bulk) {
      bulk.deleteFiles(List.copyOf(orphans));
    } else {
      orphans.forEach(io::deleteFile);
    }
    orphans.clear();
    return count;
  }

  /** All files of all snapshots, of every branch. */
  private static FileNames named(Table table, TableMetadata metadata) throws IOException {
    var names = new FileNames();
    names.add(metadata.metadataFileLocation());
    metadata.previousFiles().forEach(file -> names.add(file.file()));
    metadata.statisticsFiles().forEach(file -> names.add(file.path()));
    metadata.partitionStatisticsFiles().forEach(file -> names.add(file.path()));
    var read = new HashSet<String>();
    for (Snapshot snapshot : metadata.snapshots()) {
      if (snapshot.manifestListLocation() != null) {
        names.add(snapshot.manifestListLocation());
      }
      for (var manifest : snapshot.allManifests(table.io())) {
        if (read.add(manifest.path())) {
          names.add(manifest.path());
          add(table, manifest, names);
        }
      }
    }
    return names;
  }

  private static void add(Table table, ManifestFile manifest, FileNames names) throws IOException {
    try (ManifestReader<?> files =
        manifest.content() == ManifestContent.DATA
            ? ManifestFiles.read(manifest, table.io(), table.specs())
            : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
      for (var file : files.select(List.of("file_path"))) {
        names.add(file.location());
      }
    }
  }
}
