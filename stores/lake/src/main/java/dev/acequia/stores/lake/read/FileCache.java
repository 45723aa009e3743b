package dev.acequia.stores.lake.read;

import dev.acequia.contract.Sha256;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Copies of files that never change, on disk. What was used longest ago goes first, but nothing
 * that is in use. A file is fetched once for all who wait for it; it has its name only when it is
 * whole, so what a folder holds after a crash is either whole or known not to be.
 */
final class FileCache {
  private static final int FETCHES_AT_ONCE = 8;
  private static final String PART = ".part";

  /** Of names that the cache gives: a digest of the location, and the size. */
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}-([0-9]{1,18})\\.parquet");

  /**
   * A file elsewhere.
   *
   * @param location by which it is known; no other content ever has it
   */
  record Remote(String location, long bytes) {
    String name() {
      return Sha256.hex(location, 16) + "-" + bytes + ".parquet";
    }
  }

  /** Brings a file here. */
  interface Fetch {
    /**
     * Writes all of it.
     *
     * @throws IOException when it cannot; so do unchecked exceptions of Iceberg's
     */
    void fetch(Remote file, Path target) throws IOException;
  }

  /** A file of the folder, or one that is on its way there; guarded by the lock. */
  private static final class Entry {
    final long bytes;
    final CompletableFuture<Path> whole = new CompletableFuture<>();
    int users;

    Entry(long bytes) {
      this.bytes = bytes;
    }
  }

  private final Path folder;
  private final long maxBytes;
  private final Semaphore fetches = new Semaphore(FETCHES_AT_ONCE);

  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition room = lock.newCondition();

  /** By the files' names; those used last come last. */
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();

  private long bytes;

  /**
   * Takes over a folder that nobody else uses, with what an earlier process left there.
   *
   * @param maxBytes that its files may have together
   * @throws IOException when it cannot be read or written
   */
  FileCache(Path folder, long maxBytes) throws IOException {
    this.folder = folder;
    this.maxBytes = maxBytes;
    Files.createDirectories(folder);
    adopt();
  }

  private void adopt() throws IOException {
    var found = new ArrayList<Path>();
    try (var files = Files.list(folder)) {
      files.forEach(found::add);
    }
    found.sort(Comparator.comparingLong(FileCache::lastModified));
    for (var file : found) {
      var name = file.getFileName().toString();
      var known = NAME.matcher(name);
      if (known.matches() && Files.size(file) == Long.parseLong(known.group(1))) {
        var entry = new Entry(Files.size(file));
        entry.whole.complete(file);
        entries.put(name, entry);
        bytes += entry.bytes;
      } else if (known.matches() || name.endsWith(PART)) {
        Files.delete(file);
      }
    }
    makeRoom(0);
  }

  private static long lastModified(Path file) {
    return file.toFile().lastModified();
  }

  /**
   * Holds files, fetching those that are missing.
   *
   * @throws StoreReadException when they are more than fit, cannot be fetched, or not in time
   */
  HeldFiles hold(List<Remote> files, Fetch fetch, Deadline deadline) throws StoreReadException {
    var held = enter(files, fetch, deadline);
    try {
      var paths = new ArrayList<Path>();
      for (var entry : held) {
        paths.add(await(entry, deadline));
      }
      return new Held(held, List.copyOf(paths));
    } catch (StoreReadException | RuntimeException e) {
      leave(held);
      throw e;
    }
  }

  private final class Held implements HeldFiles {
    private final List<Entry> held;
    private final List<Path> paths;
    private boolean closed;

    Held(List<Entry> held, List<Path> paths) {
      this.held = held;
      this.paths = paths;
    }

    @Override
    public List<Path> paths() {
      return paths;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        leave(held);
      }
    }
  }

  /** Reserves room for all files at once, so that no two reads wait for each other. */
  private List<Entry> enter(List<Remote> files, Fetch fetch, Deadline deadline)
      throws StoreReadException {
    var distinct = new LinkedHashMap<String, Remote>();
    files.forEach(file -> distinct.put(file.name(), file));
    var wanted = distinct.values().stream().mapToLong(Remote::bytes).sum();
    if (wanted > maxBytes) {
      throw new StoreReadException(
          Reason.TOO_COSTLY,
          ("the query reads %,d MiB of files, and %,d MiB are kept on disk: compare a field by"
                  + " which the files are parted or ordered, or allow more")
              .formatted(mebibytes(wanted), maxBytes >> 20));
    }
    lock.lock();
    try {
      while (!makeRoomFor(distinct)) {
        if (room.awaitNanos(deadline.leftNanos()) <= 0) {
          throw new StoreReadException(
              Reason.BUSY, "other queries use all files that are kept on disk");
        }
      }
      for (var missing : distinct.entrySet()) {
        if (!entries.containsKey(missing.getKey())) {
          begin(missing.getKey(), missing.getValue(), fetch);
        }
      }
      var held = new ArrayList<Entry>();
      for (var file : files) {
        held.add(use(file.name()));
      }
      return held;
    } catch (InterruptedException e) {
      throw Deadline.interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  /** Whether what is missing fits once all goes that is neither in use nor wanted. */
  private boolean makeRoomFor(Map<String, Remote> wanted) throws StoreReadException {
    var missing =
        wanted.entrySet().stream()
            .filter(file -> !entries.containsKey(file.getKey()))
            .mapToLong(file -> file.getValue().bytes())
            .sum();
    var kept =
        entries.entrySet().stream()
            .filter(entry -> entry.getValue().users > 0 || wanted.containsKey(entry.getKey()))
            .mapToLong(entry -> entry.getValue().bytes)
            .sum();
    if (kept + missing > maxBytes) {
      return false;
    }
    // What is wanted counts as used last, so that it is not what goes.
    wanted.keySet().forEach(this::touch);
    try {
      makeRoom(missing);
    } catch (IOException e) {
      throw new StoreReadException(Reason.UNAVAILABLE, "a file on disk cannot be removed", e);
    }
    return true;
  }

  private void makeRoom(long missing) throws IOException {
    var oldest = entries.entrySet().iterator();
    while (bytes + missing > maxBytes && oldest.hasNext()) {
      var entry = oldest.next();
      if (entry.getValue().users == 0) {
        Files.deleteIfExists(folder.resolve(entry.getKey()));
        bytes -= entry.getValue().bytes;
        oldest.remove();
      }
    }
  }

  private void touch(String name) {
    var entry = entries.remove(name);
    if (entry != null) {
      entries.put(name, entry);
    }
  }

  private Entry use(String name) {
    var entry = entries.get(name);
    if (entry == null) {
      throw new IllegalStateException("there is room for " + name);
    }
    entry.users++;
    return entry;
  }

  /** Goes on even if nobody waits any longer: who asks again then finds the file. */
  private void begin(String name, Remote file, Fetch fetch) {
    var entry = new Entry(file.bytes());
    entries.put(name, entry);
    bytes += file.bytes();
    entry.users++;
    Thread.ofVirtual().name("lake-fetch").start(() -> fetch(name, file, entry, fetch));
  }

  private void fetch(String name, Remote remote, Entry entry, Fetch fetch) {
    Path file;
    try {
      fetches.acquire();
      try {
        file = fetched(name, remote, fetch);
      } finally {
        fetches.release();
      }
    } catch (IOException | RuntimeException | InterruptedException | Error e) {
      forget(name, entry);
      leave(List.of(entry));
      entry.whole.completeExceptionally(e);
      return;
    }
    // Must come first: otherwise the file stays in use after its last reader.
    leave(List.of(entry));
    entry.whole.complete(file);
  }

  private Path fetched(String name, Remote file, Fetch fetch) throws IOException {
    var part = folder.resolve(name + PART);
    try {
      fetch.fetch(file, part);
      var size = Files.size(part);
      if (size != file.bytes()) {
        throw new IOException(
            "%s has %d bytes instead of %d".formatted(file.location(), size, file.bytes()));
      }
      return Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private void forget(String name, Entry entry) {
    lock.lock();
    try {
      entries.remove(name, entry);
      bytes -= entry.bytes;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void leave(Collection<Entry> held) {
    lock.lock();
    try {
      held.forEach(entry -> entry.users--);
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static Path await(Entry entry, Deadline deadline) throws StoreReadException {
    try {
      return entry.whole.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw deadline.exceeded();
    } catch (InterruptedException e) {
      throw Deadline.interrupted(e);
    } catch (ExecutionException e) {
      throw new StoreReadException(Reason.UNAVAILABLE, "a file of the table cannot be read", e);
    }
  }

  private static long mebibytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }
}
