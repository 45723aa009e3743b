package dev.acequia.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a process takes of the memory of its container, with what the kernel holds for its
 * connections: a container's limit counts both. Its temporary files do not count, since the kernel
 * writes them to the disk when it needs their memory.
 */
final class MemoryWatch {
  /** Java's sockets are of IPv6, and their addresses end in one of IPv4. */
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final int LOCAL_ADDRESS = 1;
  private static final int QUEUES = 4;

  private final RuntimeProgram program;
  private final String address;
  private long peakKib;
  private long peakSocketsKib;

  MemoryWatch(RuntimeProgram program) throws IOException {
    this.program = program;
    this.address = program.addressInProc();
  }

  /** Takes a look. */
  void look() throws IOException {
    var sockets = socketsKib();
    peakSocketsKib = Math.max(peakSocketsKib, sockets);
    peakKib = Math.max(peakKib, program.residentKib() + sockets);
  }

  /** The most of process and connections together, as far as looks have shown. */
  long peakKib() {
    return peakKib;
  }

  long peakSocketsKib() {
    return peakSocketsKib;
  }

  /** What is in the queues of the API's connections, both ways. */
  private long socketsKib() throws IOException {
    var bytes = 0L;
    for (var table : TABLES) {
      try (var lines = Files.lines(table)) {
        bytes += lines.mapToLong(this::queued).sum();
      }
    }
    return bytes >> 10;
  }

  private long queued(String line) {
    var columns = line.strip().split(" +", QUEUES + 2);
    if (!columns[LOCAL_ADDRESS].endsWith(address)) {
      return 0;
    }
    return Arrays.stream(columns[QUEUES].split(":"))
        .mapToLong(bytes -> Long.parseLong(bytes, 16))
        .sum();
  }
}
