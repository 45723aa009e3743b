package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesIT {
  @TempDir Path folder;

  @Test
  void keepsLinesOfAnyLengthAndKind() throws Exception {
    var text = "short\n\n" + "x".repeat(40_000) + "\nnaïve ✓\nno end";
    var file = write(text, LogFiles.MAX_FILE_BYTES);
    assertThat(Files.readAllLines(file)).hasSize(7).allMatch(line -> line.startsWith("20"));
    assertThat(read(file, Map.of())).isEqualTo(text + "\n");
  }

  @Test
  void sendsOnlyWhatIsAskedFor() throws Exception {
    var file = write("1\n2\n3\n4\n", LogFiles.MAX_FILE_BYTES);
    assertThat(read(file, Map.of("tailLines", "2"))).isEqualTo("3\n4\n");
    assertThat(read(file, Map.of("tailLines", "9"))).isEqualTo("1\n2\n3\n4\n");
    assertThat(read(file, Map.of("tailLines", "0"))).isEmpty();
    assertThat(read(file, Map.of("limitBytes", "3"))).isEqualTo("1\n2");
    assertThat(read(file, Map.of("sinceSeconds", "60"))).isEqualTo("1\n2\n3\n4\n");
    var later = Instant.now().plusSeconds(60).toString();
    assertThat(read(file, Map.of("sinceTime", later))).isEmpty();
    assertThat(read(file, Map.of("timestamps", "true", "tailLines", "1")))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z 4\n");
  }

  @Test
  void keepsNoMoreThanTwoFilesOfARun() throws Exception {
    var lines = new StringBuilder();
    for (var i = 0; i < 5000; i++) {
      lines.append("line ").append(i).append('\n');
    }
    var file = write(lines.toString(), 40_000);
    assertThat(Files.size(file) + Files.size(LogFiles.turnedOver(file))).isLessThan(200_000);
    assertThat(read(file, Map.of("tailLines", "2"))).isEqualTo("line 4998\nline 4999\n");
    assertThat(lines.toString()).endsWith(read(file, Map.of()));
  }

  @Test
  void followsAcrossATurnover() throws Exception {
    var file = folder.resolve("run_0.log");
    var running = new AtomicBoolean(true);
    var out = new ByteArrayOutputStream();
    var pipe = new PipedOutputStream();
    try (var in = new PipedInputStream(pipe, 1 << 16);
        var log = new LogWriter(file, 2000);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writing = CompletableFuture.runAsync(() -> copy(log, in), threads);
      var query = LogQuery.parse(Map.of("follow", "true"), Clock.systemUTC());
      var reading =
          CompletableFuture.runAsync(() -> send(new LogReader(file, query, out), running), threads);
      var expected = new StringBuilder();
      for (var i = 0; i < 30; i++) {
        var line = i + "-" + "y".repeat(100) + "\n";
        expected.append(line);
        pipe.write(line.getBytes(StandardCharsets.UTF_8));
        pipe.flush();
        var upToHere = expected.toString();
        org.awaitility.Awaitility.await()
            .atMost(java.time.Duration.ofSeconds(10))
            .until(() -> out.toString(StandardCharsets.UTF_8).equals(upToHere));
      }
      assertThat(LogFiles.turnedOver(file)).exists();
      pipe.close();
      writing.join();
      running.set(false);
      reading.join();
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    }
  }

  @Test
  void sweepsTheOldestLogsOfPodsThatAreGone() throws Exception {
    var logs = new LogFiles(folder);
    var kept = logs.of("ops", "live", "main", 0);
    sparse(kept, 300L << 20);
    var oldest = logs.of("ops", "gone", "main", 0);
    sparse(oldest, 200L << 20);
    assertThat(oldest.toFile().setLastModified(1000)).isTrue();
    var newer = logs.of("ops", "gone", "main", 1);
    sparse(newer, 150L << 20);

    logs.sweep(Set.of(LogFiles.prefix("ops", "live")));
    assertThat(kept).exists();
    assertThat(oldest).doesNotExist();
    assertThat(newer).exists();
  }

  private static void sparse(Path file, long size) throws IOException {
    try (var it = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      it.setLength(size);
    }
  }

  private Path write(String text, long maxBytes) throws IOException {
    var file = folder.resolve("run_0.log");
    try (var log = new LogWriter(file, maxBytes)) {
      log.copy(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
    return file;
  }

  private static String read(Path file, Map<String, String> parameters) throws Exception {
    var out = new ByteArrayOutputStream();
    new LogReader(file, LogQuery.parse(parameters, Clock.systemUTC()), out).send(() -> false);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void copy(LogWriter log, PipedInputStream in) {
    try {
      log.copy(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void send(LogReader reader, AtomicBoolean running) {
    try {
      reader.send(running::get);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
