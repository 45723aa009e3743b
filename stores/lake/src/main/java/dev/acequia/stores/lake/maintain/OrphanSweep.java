package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
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

  /** Shorter than the pause, so that a replica renews its own lease. */
  private static final Duration LEASED = Duration.ofHours(23);

  /** Where Iceberg's writers put files. A table that is nested in another's folder is elsewhere. */
  private static final List<String> FOLDERS = List.of("/metadata/", "/data/");

  private static final String METADATA = ".metadata.json";

  /** What our writers write. Of other files nobody here knows what they are for. */
  private static final List<String> ENDINGS = List.of(".parquet", ".avro", METADATA);

  /** Removed by one request to S3. */
  private static final int AT_ONCE = 1_000;

  private final String location;
  private final Lease lease;

  /**
   * The sweep of one table.
   *
   * @param location the folder that the table's pipeline has for it
   */
  public OrphanSweep(String location, Clock clock) {
    this.location = location;
    lease = new Lease(LEASE, clock);
  }

  @Override
  public String subject() {
    return "files that no snapshot names";
  }

  @Override
  public Duration work(Table table) throws IOException {
    var other = lease.heldByOther(table);
    if (other.isPresent()) {
      return other.get();
    }
    var head = table.currentSnapshot();
    if (!(table.io() instanceof SupportsPrefixOperations io)
        || !(table instanceof HasTableOperations operations)
        || head == null
        || !lease.take(table, LEASED)) {
      return PAUSE;
    }
    if (!table.location().equals(location)) {
      throw new IllegalStateException(
          "the table's location is %s, but its pipeline has %s: no file was removed; set the table's location back"
              .formatted(table.location(), location));
    }
    var named = named(table, operations.operations().current());
    var newest = newest(table, io, named, head);
    // By the store's clock: taking the lease has just written a metadata file.
    var before = newest - AGE.toMillis();
    var swept = 0;
    // A second listing: a long backlog of candidates would not fit into memory.
    for (var folder : FOLDERS) {
      var orphans = new ArrayList<String>();
      for (var file : io.listPrefix(location + folder)) {
        if (isOld(file, before) && !named.contains(file.location())) {
          orphans.add(file.location());
          if (orphans.size() == AT_ONCE) {
            swept += remove(io, orphans);
          }
        }
      }
      swept += remove(io, orphans);
    }
    if (swept > 0) {
      LOG.info("removed {} files of {} that no snapshot names", swept, table.location());
    }
    return PAUSE;
  }

  /**
   * Checks that the listing is complete and of this table only.
   *
   * @return the time of the newest metadata file, in milliseconds
   * @throws IllegalStateException otherwise
   */
  private long newest(Table table, SupportsPrefixOperations io, FileNames named, Snapshot head) {
    var newest = 0L;
    var isListed = false;
    for (var folder : FOLDERS) {
      for (var file : io.listPrefix(location + folder)) {
        isListed |=
            FileNames.name(file.location()).equals(FileNames.name(head.manifestListLocation()));
        if (file.location().endsWith(METADATA)) {
          newest = Math.max(newest, file.createdAtMillis());
          if (!named.contains(file.location())
              && !table.uuid().toString().equals(uuid(io, file.location()))) {
            throw new IllegalStateException(
                "%s is of another table: no file was removed; give each table a folder of its own"
                    .formatted(file.location()));
          }
        }
      }
    }
    if (!isListed) {
      throw new IllegalStateException(
          "the listing of %s lacks the newest manifest list: no file was removed; check the right to list the folder"
              .formatted(location));
    }
    return newest;
  }

  private static String uuid(SupportsPrefixOperations io, String metadata) {
    return TableMetadataParser.read(io, metadata).uuid();
  }

  private static boolean isOld(FileInfo file, long before) {
    return file.createdAtMillis() < before && ENDINGS.stream().anyMatch(file.location()::endsWith);
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
