package dev.acequia.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessMeterTest {
  @Test
  void addsTheProcessAndTheChildrenItWaitedFor() {
    assertThat(
            ProcessMeter.cpuSeconds(
                "4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 9 0 0 0 150 50 25 75 20 0 1 0"))
        .isEqualTo(3.0);
  }

  @Test
  void readsThePeakOfTheResidentSet() {
    assertThat(ProcessMeter.peakRssMib("Name:\tjava\nVmHWM:\t  204800 kB\nVmRSS:\t 1 kB\n"))
        .isEqualTo(200);
  }

  @Test
  void aKernelThreadHasNoMemory() {
    assertThat(ProcessMeter.peakRssMib("Name:\tkthreadd\n")).isZero();
  }
}
