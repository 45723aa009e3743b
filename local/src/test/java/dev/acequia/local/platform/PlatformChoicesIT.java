package dev.acequia.local.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.local.CommandException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformChoicesIT {
  @TempDir Path folder;

  @Test
  void staysWithWhatItChoseFirst() {
    var files = new PlatformFiles(folder);

    var first = PlatformChoices.in(files);

    assertThat(PlatformChoices.in(files)).isEqualTo(first);
    assertThat(first.podAddresses()).matches("127\\.\\d+\\.\\d+\\.0");
    assertThat(first.nodePorts())
        .isEqualTo("%d-%d".formatted(first.firstPort() + 20, first.firstPort() + 199));
  }

  @Test
  void namesAPortThatIsTakenAndWhatItIsFor() throws Exception {
    var files = new PlatformFiles(folder);
    var choices = PlatformChoices.in(files);
    try (var other =
        new ServerSocket(choices.port("postgres"), 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(() -> choices.requireFreePorts(files.choices()))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("Port " + other.getLocalPort())
          .hasMessageContaining("for postgres, is in use by another program")
          .hasMessageContaining(files.choices().toString());
    }
  }
}
