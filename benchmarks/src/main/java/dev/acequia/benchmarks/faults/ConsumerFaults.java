package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.util.Optional;

/** Consumers are killed, stopped for a while, or too many or too few. */
final class ConsumerFaults implements FaultFamily {
  private static final int[] SIZES = {1, 3, 2};

  private final Scene scene;
  private int scaled;

  ConsumerFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    switch (fault) {
      case KILL_CONSUMER -> scene.fleet().any(scene.random()).kill();
      case KILL_AMONG_ROWS -> {
        killAt(Moment.AMONG_ROWS, fault);
        return;
      }
      case KILL_BEFORE_COMMIT -> {
        killAt(Moment.BEFORE_COMMIT, fault);
        return;
      }
      case SCALE -> scene.fleet().scaleTo(SIZES[scaled++ % SIZES.length]);
      case FREEZE_CONSUMER -> {
        var zombie = scene.fleet().any(scene.random());
        var began = System.nanoTime();
        zombie.freeze();
        outlive(zombie, began, fault);
        return;
      }
      case FREEZE_AMONG_ROWS -> {
        freezeAt(Moment.AMONG_ROWS, fault);
        return;
      }
      case FREEZE_BEFORE_COMMIT -> {
        freezeAt(Moment.BEFORE_COMMIT, fault);
        return;
      }
      default -> throw new IllegalArgumentException(fault.name());
    }
    scene.recoverFrom(fault);
  }

  private void killAt(Moment moment, Fault fault) throws Exception {
    var member = scene.fleet().any(scene.random());
    if (member.springAt(
        moment,
        () -> {
          member.kill();
          return Trap.Then.CUT;
        },
        scene.chronicle())) {
      scene.recoverFrom(fault);
    }
  }

  private void freezeAt(Moment moment, Fault fault) throws IOException, InterruptedException {
    var zombie = scene.freeze(moment);
    if (zombie.isPresent()) {
      try {
        outlive(zombie.get().member(), System.nanoTime(), fault);
      } finally {
        zombie.get().wake();
      }
    }
  }

  /** Waits until others have taken over, and wakes it: what it had begun must be void by then. */
  private void outlive(Member zombie, long began, Fault fault)
      throws IOException, InterruptedException {
    scene.chronicle().note(fault, scene.awaitProgress(began));
    openTransaction(zombie)
        .ifPresent(
            statement ->
                scene
                    .chronicle()
                    .violation(
                        "%s was overtaken, and its transaction is open still: %s",
                        zombie.name(), statement));
    zombie.wake();
    scene.fleet().scaleTo(scene.fleet().replicas());
  }

  private Optional<String> openTransaction(Member zombie) {
    try {
      return scene.servers().store().openTransaction(zombie.name());
    } catch (StoreDownException down) {
      return Optional.empty(); // no transaction outlives the server
    }
  }
}
