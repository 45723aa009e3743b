package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
      case KILL_IN_COPY -> killAt(Moment.MID_COPY);
      case KILL_BEFORE_COMMIT -> killAt(Moment.BEFORE_COMMIT);
      case SCALE -> scene.fleet().scaleTo(SIZES[scaled++ % SIZES.length]);
      case FREEZE_CONSUMER -> {
        var zombie = scene.fleet().any(scene.random());
        var began = System.nanoTime();
        zombie.freeze();
        outlive(zombie, began, fault);
        return;
      }
      case FREEZE_IN_COPY -> {
        freezeAt(Moment.MID_COPY, fault);
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

  private void killAt(Moment moment) throws Exception {
    var member = scene.fleet().any(scene.random());
    member.springAt(
        moment,
        () -> {
          member.kill();
          return Trap.Then.CUT;
        },
        scene.chronicle());
  }

  private void freezeAt(Moment moment, Fault fault) throws IOException, InterruptedException {
    var zombie = scene.fleet().any(scene.random());
    var frozen = new CountDownLatch(1);
    var woken = new CountDownLatch(1);
    var _ =
        zombie
            .proxy()
            .arm(
                moment,
                () -> {
                  zombie.freeze();
                  frozen.countDown();
                  try {
                    woken.await(); // what it was about to say is on its way as long as it sleeps
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Trap.Then.PASS;
                });
    if (!frozen.await(Member.MOMENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      zombie.proxy().disarm();
      scene.chronicle().say("%s had nothing to do", zombie.name());
      woken.countDown();
      return;
    }
    try {
      outlive(zombie, System.nanoTime(), fault);
    } finally {
      woken.countDown();
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
      return scene.pipeline().openTransaction(zombie.name());
    } catch (SQLException down) {
      return Optional.empty(); // no transaction outlives the server
    }
  }
}
