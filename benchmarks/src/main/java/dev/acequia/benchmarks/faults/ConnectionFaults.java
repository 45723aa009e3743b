package dev.acequia.benchmarks.faults;

/** A consumer loses a call to the store, or its answer. */
final class ConnectionFaults implements FaultFamily {
  private final Scene scene;

  ConnectionFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var isInflicted =
        switch (fault) {
          case CUT_AMONG_ROWS -> springAt(Moment.AMONG_ROWS, Trap.Then.CUT);
          case CUT_AT_COMMIT -> springAt(Moment.BEFORE_COMMIT, Trap.Then.CUT);
          case LOSE_COMMIT_ANSWER -> springAt(Moment.BEFORE_COMMIT, Trap.Then.LOSE_ANSWER);
          default -> throw new IllegalArgumentException(fault.name());
        };
    if (isInflicted) {
      scene.recoverFrom(fault);
    }
  }

  private boolean springAt(Moment moment, Trap.Then then) throws Exception {
    return scene.fleet().any(scene.random()).springAt(moment, () -> then, scene.chronicle());
  }
}
