package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.lake.read.FileCache.Remote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheIT {
  private static final Duration TIME = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofMillis(50);

  @TempDir Path folder;
  private final List<String> fetched = Collections.synchronizedList(new ArrayList<>());

  private void fetch(Remote file, Path target) throws IOException {
    fetched.add(file.location());
    Files.write(target, new byte[(int) file.bytes()]);
  }

  private FileCache cache(long maxBytes) throws IOException {
    return new FileCache(folder, maxBytes);
  }

  private static Remote file(String location) {
    return new Remote(location, 10);
  }

  private HeldFiles hold(FileCache cache, String... locations) throws StoreReadException {
    return hold(cache, TIME, locations);
  }

  private HeldFiles hold(FileCache cache, Duration time, String... locations)
      throws StoreReadException {
    return cache.hold(
        Arrays.stream(locations).map(FileCacheIT::file).toList(), this::fetch, Deadline.in(time));
  }

  private void use(FileCache cache, String... locations) throws StoreReadException {
    try (var held = hold(cache, locations)) {
      assertThat(held.paths()).hasSize(locations.length).allMatch(Files::exists);
    }
  }

  private long bytes() throws IOException {
    try (var files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void fetchesAFileOnce() throws Exception {
    var cache = cache(100);
    use(cache, "a", "b");
    use(cache, "b", "a", "b");
    assertThat(fetched).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void forgetsWhatWasUsedLongestAgo() throws Exception {
    var cache = cache(30);
    use(cache, "a");
    use(cache, "b");
    use(cache, "c");
    use(cache, "a");
    use(cache, "d");
    assertThat(bytes()).isEqualTo(30);
    fetched.clear();
    use(cache, "a");
    assertThat(fetched).isEmpty();
    use(cache, "b");
    assertThat(fetched).containsExactly("b");
  }

  @Test
  void keepsWhatIsInUse() throws Exception {
    var cache = cache(20);
    try (var held = hold(cache, "a")) {
      use(cache, "b");
      use(cache, "c");
      assertThat(held.paths()).allMatch(Files::exists);
      assertThat(bytes()).isEqualTo(20);
      assertThatThrownBy(() -> hold(cache, SOON, "d", "e"))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
    }
    use(cache, "d", "e");
  }

  @Test
  void waitsForRoomThatOthersUse() throws Exception {
    var cache = cache(20);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var held = hold(cache, "a", "b");
      Future<?> waiting =
          threads.submit(
              () -> {
                use(cache, "c");
                return true;
              });
      assertThat(waiting.isDone()).isFalse();
      held.close();
      waiting.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void refusesMoreThanFits() throws Exception {
    var cache = cache(25);
    assertThatThrownBy(() -> hold(cache, "a", "b", "c"))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_COSTLY))
        .hasMessageContaining("are kept on disk");
    assertThat(fetched).isEmpty();
  }

  @Test
  void fetchesOnceForAllWhoWait() throws Exception {
    var cache = cache(100);
    var go = new CountDownLatch(1);
    var fetches = new AtomicInteger();
    var begun = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Future<?>>();
      for (var i = 0; i < 50; i++) {
        reads.add(
            threads.submit(
                () -> {
                  begun.incrementAndGet();
                  try (var held =
                      cache.hold(
                          List.of(file("a")),
                          (file, target) -> {
                            fetches.incrementAndGet();
                            awaitUninterruptibly(go);
                            fetch(file, target);
                          },
                          Deadline.in(TIME))) {
                    assertThat(held.paths()).allMatch(Files::exists);
                  }
                  return true;
                }));
      }
      await().until(() -> begun.get() == 50);
      go.countDown();
      for (var read : reads) {
        read.get(20, TimeUnit.SECONDS);
      }
    }
    assertThat(fetches).hasValue(1);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Who asks again finds what was fetched meanwhile. */
  @Test
  void goesOnFetchingWhenNobodyWaits() throws Exception {
    var cache = cache(100);
    var go = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                cache.hold(
                    List.of(file("a")),
                    (file, target) -> {
                      awaitUninterruptibly(go);
                      fetch(file, target);
                    },
                    Deadline.in(SOON)))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SLOW));
    go.countDown();
    use(cache, "a");
    assertThat(fetched).containsExactly("a");
  }

  @Test
  void tellsAllThatAFetchFailedAndTriesAgain() throws Exception {
    var cache = cache(100);
    for (var failure : List.of(new IOException("gone"), new IllegalStateException("gone"))) {
      assertThatThrownBy(
              () ->
                  cache.hold(
                      List.of(file("a"), file("b")),
                      (file, target) -> {
                        Files.write(target, new byte[3]);
                        if (failure instanceof IOException io) {
                          throw io;
                        }
                        throw (IllegalStateException) failure;
                      },
                      Deadline.in(TIME)))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
    }
    await().until(() -> bytes() == 0);
    use(cache, "a", "b");
  }

  @Test
  void refusesAFileOfAnotherSize() throws Exception {
    var cache = cache(100);
    assertThatThrownBy(
            () ->
                cache.hold(
                    List.of(file("a")),
                    (file, target) -> Files.write(target, new byte[9]),
                    Deadline.in(TIME)))
        .hasMessage("a file of the table cannot be read");
    use(cache, "a");
  }

  @Test
  void findsWhatAnEarlierProcessFetched() throws Exception {
    use(cache(100), "a", "b");
    fetched.clear();
    use(cache(100), "a", "b");
    assertThat(fetched).isEmpty();
  }

  @Test
  void knowsNothingOfWhatACrashLeftHalfWritten() throws Exception {
    use(cache(100), "a");
    var whole = folder.resolve(file("a").name());
    Files.write(whole, new byte[4]);
    Files.write(folder.resolve(file("b").name() + ".part"), new byte[4]);
    Files.writeString(folder.resolve("another"), "stays");
    fetched.clear();
    var cache = cache(100);
    assertThat(whole).doesNotExist();
    assertThat(folder.resolve(file("b").name() + ".part")).doesNotExist();
    assertThat(folder.resolve("another")).exists();
    use(cache, "a", "b");
    assertThat(fetched).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void keepsToItsBoundWhenItBecomesSmaller() throws Exception {
    use(cache(100), "a", "b", "c");
    cache(20);
    assertThat(bytes()).isEqualTo(20);
  }

  @Test
  void staysWithinItsBoundUnderManyReads() throws Exception {
    var cache = cache(60);
    var most = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Future<?>>();
      for (var reader = 0; reader < 16; reader++) {
        var random = new Random(reader);
        reads.add(
            threads.submit(
                () -> {
                  for (var i = 0; i < 100; i++) {
                    var files = new String[1 + random.nextInt(4)];
                    Arrays.setAll(files, n -> "f" + random.nextInt(20));
                    try (var held = hold(cache, files)) {
                      assertThat(held.paths()).allMatch(Files::exists);
                      most.accumulateAndGet((int) bytes(), Math::max);
                    }
                  }
                  return true;
                }));
      }
      for (var read : reads) {
        read.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(most.get()).isBetween(50, 60);
  }
}
