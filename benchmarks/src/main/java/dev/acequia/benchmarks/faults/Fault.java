package dev.acequia.benchmarks.faults;

/** What the nemesis does. */
enum Fault {
  KILL_CONSUMER("SIGKILL a consumer"),
  KILL_IN_COPY("SIGKILL a consumer in mid-COPY"),
  KILL_BEFORE_COMMIT("SIGKILL a consumer between the end of COPY and COMMIT"),
  FREEZE_CONSUMER("SIGSTOP a consumer, SIGCONT when another has taken over"),
  FREEZE_IN_COPY("SIGSTOP a consumer in mid-COPY, SIGCONT when another has taken over"),
  FREEZE_BEFORE_COMMIT(
      "SIGSTOP a consumer between the end of COPY and COMMIT, SIGCONT when another has taken over"),
  SCALE("change the number of consumers: 1, 3, 2"),
  CUT_IN_COPY("cut the connection to PostgreSQL in mid-COPY"),
  CUT_AT_COMMIT("cut the connection to PostgreSQL before COMMIT reaches it"),
  LOSE_COMMIT_ANSWER("cut the connection to PostgreSQL after COMMIT, before its answer arrives"),
  TERMINATE_BACKENDS("end the consumers' sessions by pg_terminate_backend"),
  CRASH_POSTGRES("crash PostgreSQL as pg_ctl stop -m immediate does, and start it"),
  RESTART_KAFKA("stop Kafka in order, and start it"),
  KILL_KAFKA("SIGKILL Kafka, and start it");

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
