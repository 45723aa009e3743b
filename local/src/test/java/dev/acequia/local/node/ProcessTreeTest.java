package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {
  @Test
  void letsNoProcessSeeTheEndOfAnotherOne() throws Exception {
    var manyChildren =
        """
        sh -c 'for i in $(seq 50); do sleep 1000 & done; echo up; wait'
        echo saw it end
        """;
    var shell = new ProcessBuilder("sh", "-c", manyChildren).redirectErrorStream(true).start();
    var output =
        new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.readLine()).isEqualTo("up");
    assertThat(shell.descendants()).hasSizeGreaterThanOrEqualTo(51);

    ProcessTree.kill(shell.toHandle());

    // The output ends when the last that could write to it has ended.
    assertThat(output.readLine()).isNull();
    assertThat(shell.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }
}
