package dev.acequia.benchmarks.faults;

import java.sql.SQLException;

/** Consumers lose their connections to PostgreSQL. */
final class ConnectionFaults implements FaultFamily {
  private final Scene scene;

  ConnectionFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    switch (fault) {
      case CUT_IN_COPY -> springAt(Moment.MID_COPY, Trap.Then.CUT);
      case CUT_AT_COMMIT -> springAt(Moment.BEFORE_COMMIT, Trap.Then.CUT);
      case LOSE_COMMIT_ANSWER -> springAt(Moment.BEFORE_COMMIT, Trap.Then.LOSE_ANSWER);
      case TERMINATE_BACKENDS -> terminateBackends();
      default -> throw new IllegalArgumentException(fault.name());
    }
    scene.recoverFrom(fault);
  }

  private void springAt(Moment moment, Trap.Then then) throws Exception {
    scene.fleet().any(scene.random()).springAt(moment, () -> then, scene.chronicle());
  }

  private void terminateBackends() {
    try {
      scene.pipeline().terminateBackends();
    } catch (SQLException down) {
      scene.chronicle().say("PostgreSQL is down, and its sessions have ended");
    }
  }
}
