package dev.acequia.operator;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that were closed during a start, so that the next starts leave them out. They
 * stand in a file, which outlives the process as the Pod's volume does.
 */
final class ClosedNamespaces {
  /** Longer than a start of a large fleet, which otherwise ends by the same namespace again. */
  static final Duration LEFT_OUT = Duration.ofMinutes(30);

  private static final Logger log = LoggerFactory.getLogger(ClosedNamespaces.class);

  private final Path file;
  private final Clock clock;

  /**
   * Reads and writes the file.
   *
   * @param file a line for each namespace, such as {@code orders 2026-01-01T12:00:00Z}
   */
  ClosedNamespaces(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /** Those that were closed in the last half hour. */
  Set<String> lately() {
    return Set.copyOf(read().keySet());
  }

  /** Notes that they are closed now. */
  void add(Collection<String> namespaces) {
    var closed = read();
    namespaces.forEach(namespace -> closed.put(namespace, clock.instant()));
    try {
      Files.writeString(
          file,
          closed.entrySet().stream()
              .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
              .collect(joining()));
    } catch (IOException e) {
      log.warn(
          "the next start will not know that {} are closed: {} cannot be written",
          namespaces,
          file,
          e);
    }
  }

  private Map<String, Instant> read() {
    var closed = new TreeMap<String, Instant>();
    if (Files.exists(file)) {
      try {
        for (var line : Files.readAllLines(file)) {
          var space = line.indexOf(' ');
          closed.put(line.substring(0, space), Instant.parse(line.substring(space + 1)));
        }
      } catch (IOException | DateTimeException | IndexOutOfBoundsException e) {
        log.warn("{} cannot be read, so this start leaves out no more namespaces", file, e);
      }
    }
    var since = clock.instant().minus(LEFT_OUT);
    closed.values().removeIf(since::isAfter);
    return closed;
  }
}
