package dev.acequia.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Clocks are off by more than the day for which idempotency keys are remembered. */
final class ClockFaults implements FaultFamily {
  private static final List<Duration> AHEAD =
      List.of(Duration.ofHours(-25), Duration.ZERO, Duration.ofHours(25));

  /**
   * PostgreSQL's timeouts look at the clock in a signal handler, where libfaketime tells the real
   * time. To a server whose clock is behind, each would then be over at once.
   */
  private static final List<Duration> POSTGRES_AHEAD = List.of(Duration.ZERO, Duration.ofHours(25));

  private final Scene scene;

  ClockFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public Optional<String> missing(Fault fault) {
    return FakeClock.missing();
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var clocks = scene.servers().clocks();
    var clock =
        switch (fault) {
          case JUMP_CONSUMER_CLOCKS -> clocks.consumers();
          case JUMP_KAFKA_CLOCKS -> clocks.kafka();
          case JUMP_POSTGRES_CLOCK -> clocks.postgres();
          default -> throw new IllegalArgumentException(fault.name());
        };
    scene
        .servers()
        .alone(
            () -> {
              var others =
                  (fault == Fault.JUMP_POSTGRES_CLOCK ? POSTGRES_AHEAD : AHEAD)
                      .stream().filter(ahead -> !ahead.equals(clock.ahead())).toList();
              var wanted = others.get(scene.random().nextInt(others.size()));
              scene
                  .chronicle()
                  .say("from %+d h to %+d h", clock.ahead().toHours(), wanted.toHours());
              if (fault == Fault.JUMP_POSTGRES_CLOCK) {
                clocks.noteDatabaseJump();
              }
              clock.set(wanted);
            });
    scene.recoverFrom(fault);
  }
}
