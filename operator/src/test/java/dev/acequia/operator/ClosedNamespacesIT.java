package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosedNamespacesIT {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);

  @Test
  void remembersThemBeyondTheProcessForHalfAnHour() {
    process().add(List.of("orders"));
    now.set(NOON.plus(Duration.ofMinutes(16)));
    process().add(List.of("payments"));
    assertThat(process().lately()).containsExactlyInAnyOrder("orders", "payments");
    now.set(NOON.plus(Duration.ofMinutes(31)));
    assertThat(process().lately()).containsExactly("payments");
    now.set(NOON.plus(Duration.ofMinutes(47)));
    assertThat(process().lately()).isEmpty();
  }

  @Test
  void aBrokenFileKeepsNoOperatorFromItsStart() throws IOException {
    Files.writeString(file(), "orders 2026-01-01T12:00:00Z\npaym");
    assertThat(process().lately()).containsExactly("orders");
    process().add(List.of("refunds"));
    assertThat(process().lately()).containsExactlyInAnyOrder("orders", "refunds");
  }

  @Test
  void aFileThatCannotBeWrittenFailsNothing() {
    folder = folder.resolve("missing");
    process().add(List.of("orders"));
    assertThat(process().lately()).isEmpty();
  }

  private ClosedNamespaces process() {
    return new ClosedNamespaces(file(), clock);
  }

  private Path file() {
    return folder.resolve("closed");
  }
}
