package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountedPathsTest {
  private final MountedPaths paths =
      new MountedPaths(
          Map.of(
              "/etc/acequia/", Path.of("/v/config"),
              "/etc/acequia/tls", Path.of("/v/tls"),
              "/dev/termination-log", Path.of("/v/word")));

  @ParameterizedTest
  @CsvSource({
    "/etc/acequia, /v/config",
    "/etc/acequia/, /v/config/",
    "/etc/acequia/pipeline.json, /v/config/pipeline.json",
    "/etc/acequia/tls/ca.crt, /v/tls/ca.crt",
    "/etc/acequia/tlsx, /v/config/tlsx",
    "/etc/acequia2/x, /etc/acequia2/x",
    "--config=/etc/acequia, --config=/etc/acequia",
    "/dev/termination-log, /v/word",
    "/etc, /etc"
  })
  void rewritesTheLongestMountThatAValueBeginsWith(String value, String expected) {
    assertThat(paths.rewrite(value)).isEqualTo(expected);
  }
}
