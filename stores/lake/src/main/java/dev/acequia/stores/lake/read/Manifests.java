package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.lake.table.ForeignFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.InvalidAvroMagicException;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.ContentFileUtil;
import org.apache.iceberg.util.StructLikeWrapper;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the manifests of a table's current snapshot. A manifest never changes, so a new
 * snapshot costs only its new manifests. One thread at a time may ask.
 */
final class Manifests implements AutoCloseable {
  /** Reading a small manifest takes the latency of one request to the object store. */
  private static final int READS_AT_ONCE = 16;

  private static final Duration IDLE = Duration.ofSeconds(10);

  /** A manifest's heap beside its location and its files. */
  private static final long MANIFEST_BYTES = 256;

  private final long maxBytes;
  private final ExecutorService threads;

  /** By their locations. */
  private final Map<String, Content> known = new ConcurrentHashMap<>();

  private final Map<PartKey, Part> parts = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private List<ColumnStats.Kept> columns = List.of();
  private volatile Counts counts = new Counts(0, 0, 0);
  private volatile boolean closed;

  private record PartKey(int spec, StructLikeWrapper values) {}

  /** The entries of one manifest. */
  private record Content(List<PlannedFile> files, List<PlannedDeletes> deletes, long bytes) {}

  /**
   * Creates an empty one.
   *
   * @param maxBytes the most heap that it takes
   */
  Manifests(long maxBytes) {
    this.maxBytes = maxBytes;
    var pool =
        new ThreadPoolExecutor(
            READS_AT_ONCE,
            READS_AT_ONCE,
            IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("lake-manifests-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    threads = pool;
  }

  /** All files of a snapshot. */
  record Files(List<PlannedFile> files, List<PlannedDeletes> deletes) {}

  /** Numbers of a snapshot's files by content, also of a snapshot too large to plan. */
  record Counts(long rows, long deletes, long manifests) {}

  /**
   * The files of a snapshot. Forgets the manifests of other snapshots.
   *
   * @param kept the columns whose statistics are needed
   * @throws StoreReadException when they exceed the memory or cannot be read
   */
  Files of(
      Snapshot snapshot, FileIO io, Map<Integer, PartitionSpec> specs, List<ColumnStats.Kept> kept)
      throws StoreReadException {
    if (!kept.equals(columns)) {
      columns = kept;
      forget(Map.of());
    }
    var wanted = new LinkedHashMap<String, ManifestFile>();
    // A snapshot caches its manifests; this copy is garbage after the call.
    var once = SnapshotParser.fromJson(SnapshotParser.toJson(snapshot));
    for (var manifest : readable(once.manifestListLocation(), () -> once.allManifests(io))) {
      if (manifest.hasAddedFiles() || manifest.hasExistingFiles()) {
        wanted.put(manifest.path(), manifest);
      }
    }
    counts =
        new Counts(
            count(wanted.values(), ManifestContent.DATA),
            count(wanted.values(), ManifestContent.DELETES),
            wanted.size());
    forget(wanted);
    read(
        wanted.values().stream().filter(one -> !known.containsKey(one.path())).toList(), io, specs);
    var files = new ArrayList<PlannedFile>();
    var deletes = new ArrayList<PlannedDeletes>();
    for (var path : wanted.keySet()) {
      var content = known.get(path);
      if (content == null) {
        throw new IllegalStateException("a manifest was not read");
      }
      files.addAll(content.files());
      deletes.addAll(content.deletes());
    }
    return new Files(Collections.unmodifiableList(files), Collections.unmodifiableList(deletes));
  }

  /** The heap that the manifests take. */
  long bytes() {
    return bytes.get();
  }

  /** The counts of the last snapshot. */
  Counts counts() {
    return counts;
  }

  private static long count(Collection<ManifestFile> manifests, ManifestContent content) {
    var count = 0L;
    for (var manifest : manifests) {
      var live = manifest.content() == content ? live(manifest) : null;
      count += live == null ? 0 : live;
    }
    return count;
  }

  private void forget(Map<String, ManifestFile> butFor) {
    if (!known.keySet().retainAll(butFor.keySet())) {
      return;
    }
    var used = Collections.<Part>newSetFromMap(new IdentityHashMap<>());
    var left = 0L;
    for (var content : known.values()) {
      left += content.bytes();
      content.files().forEach(file -> used.add(file.part()));
      content.deletes().forEach(delete -> used.add(delete.part()));
    }
    parts.values().retainAll(used);
    bytes.set(left);
  }

  private void read(List<ManifestFile> missing, FileIO io, Map<Integer, PartitionSpec> specs)
      throws StoreReadException {
    var failure = new AtomicReference<@Nullable Exception>();
    var reads = new ArrayList<Callable<Boolean>>();
    for (var manifest : missing) {
      reads.add(
          () -> {
            if (failure.get() == null && !closed) {
              try {
                read(manifest, io, specs);
              } catch (StoreReadException | RuntimeException e) {
                failure.compareAndSet(null, e);
              }
            }
            return true;
          });
    }
    try {
      threads.invokeAll(reads);
    } catch (InterruptedException e) {
      throw Deadline.interrupted(e);
    }
    switch (failure.get()) {
      case null -> {
        if (closed) {
          throw new StoreReadException(Reason.UNAVAILABLE, "the reader is closed");
        }
      }
      case StoreReadException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IllegalStateException(e);
    }
  }

  private void read(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs)
      throws StoreReadException {
    var content =
        readable(
            manifest.path(),
            () ->
                manifest.content() == ManifestContent.DATA
                    ? files(manifest, io, specs)
                    : deletes(manifest, io, specs));
    // Avro reads a truncated file without an error.
    var live = live(manifest);
    if (live != null && live != content.files().size() + content.deletes().size()) {
      throw damaged(name(manifest.path()), null);
    }
    if (bytes.addAndGet(content.bytes()) > maxBytes) {
      bytes.addAndGet(-content.bytes());
      throw new StoreReadException(
          Reason.REFUSED,
          ("the table has more files than fit into the %,d MiB of memory for plans: check that"
                  + " consumers merge its files, or fill a new pipeline with fewer partitions")
              .formatted(maxBytes >> 20));
    }
    known.put(manifest.path(), content);
  }

  /** The number of its files; null when the manifest list has none. */
  private static @Nullable Integer live(ManifestFile manifest) {
    var added = manifest.addedFilesCount();
    var existing = manifest.existingFilesCount();
    return added == null || existing == null ? null : Integer.valueOf(added + existing);
  }

  /** Distinguishes a damaged or missing file from an object store that does not answer. */
  private static <T> T readable(@Nullable String location, Supplier<T> read)
      throws StoreReadException {
    var name = name(location);
    try {
      return read.get();
    } catch (NotFoundException e) {
      throw new StoreReadException(
          Reason.REFUSED,
          "the table's metadata file %s is missing: restore it, or roll the table back"
              .formatted(name),
          e);
    } catch (AvroRuntimeException | IllegalArgumentException e) {
      throw damaged(name, e);
    } catch (RuntimeIOException e) {
      if (e.getCause() instanceof InvalidAvroMagicException
          || e.getCause() instanceof EOFException) {
        throw damaged(name, e);
      }
      throw e;
    }
  }

  private static StoreReadException damaged(String name, @Nullable RuntimeException e) {
    var words =
        "the table's metadata file %s cannot be read: restore it, or roll the table back"
            .formatted(name);
    return e == null
        ? new StoreReadException(Reason.REFUSED, words)
        : new StoreReadException(Reason.REFUSED, words, e);
  }

  private static String name(@Nullable String location) {
    return location == null ? "" : location.substring(location.lastIndexOf('/') + 1);
  }

  private Content files(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
    var files = new ArrayList<PlannedFile>();
    var taken = MANIFEST_BYTES + manifest.path().length();
    try (var read = ManifestFiles.read(manifest, io, specs)) {
      for (var file : read) {
        var planned =
            new PlannedFile(
                file.location(),
                file.fileSizeInBytes(),
                file.recordCount(),
                sequence(file),
                part(file, read.spec()),
                ColumnStats.of(file, columns),
                ForeignFiles.refusal(file));
        files.add(planned);
        taken += planned.heapBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Content(List.copyOf(files), List.of(), taken);
  }

  private Content deletes(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
    var deletes = new ArrayList<PlannedDeletes>();
    var taken = MANIFEST_BYTES + manifest.path().length();
    try (var read = ManifestFiles.readDeleteManifest(manifest, io, specs)) {
      for (var file : read) {
        var planned =
            new PlannedDeletes(
                file.location(),
                file.fileSizeInBytes(),
                file.recordCount(),
                sequence(file),
                part(file, read.spec()),
                ContentFileUtil.referencedDataFileLocation(file),
                reach(file, read.spec()),
                ForeignFiles.refusal(file));
        deletes.add(planned);
        taken += planned.heapBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Content(List.of(), List.copyOf(deletes), taken);
  }

  private static PlannedDeletes.Reach reach(DeleteFile file, PartitionSpec spec) {
    if (file.content() != FileContent.EQUALITY_DELETES) {
      return PlannedDeletes.Reach.POSITIONS;
    }
    return spec.isUnpartitioned()
        ? PlannedDeletes.Reach.EQUALITY_EVERYWHERE
        : PlannedDeletes.Reach.EQUALITY;
  }

  private static long sequence(ContentFile<?> file) {
    var sequence = file.dataSequenceNumber();
    return sequence == null ? 0 : sequence;
  }

  private Part part(ContentFile<?> file, PartitionSpec spec) {
    var values = StructLikeWrapper.forType(spec.partitionType()).set(file.partition());
    return parts.computeIfAbsent(
        new PartKey(spec.specId(), values), key -> new Part(key.spec(), file.partition()));
  }

  /** Ends a running call soon. */
  @Override
  public void close() {
    closed = true;
    threads.shutdown();
  }
}
