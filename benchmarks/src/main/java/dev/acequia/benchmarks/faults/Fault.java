package dev.acequia.benchmarks.faults;

/** What the nemesis does. */
enum Fault {
  KILL_CONSUMER(Family.CONSUMERS, "SIGKILL a consumer"),
  KILL_IN_COPY(Family.CONSUMERS, "SIGKILL a consumer in mid-COPY"),
  KILL_BEFORE_COMMIT(Family.CONSUMERS, "SIGKILL a consumer between the end of COPY and COMMIT"),
  FREEZE_CONSUMER(Family.CONSUMERS, "SIGSTOP a consumer, SIGCONT when another has taken over"),
  FREEZE_IN_COPY(
      Family.CONSUMERS, "SIGSTOP a consumer in mid-COPY, SIGCONT when another has taken over"),
  FREEZE_BEFORE_COMMIT(
      Family.CONSUMERS,
      "SIGSTOP a consumer between the end of COPY and COMMIT, SIGCONT when another has taken over"),
  SCALE(Family.CONSUMERS, "change the number of consumers: 1, 3, 2"),
  CUT_IN_COPY(Family.CONNECTIONS, "cut the connection to PostgreSQL in mid-COPY"),
  CUT_AT_COMMIT(Family.CONNECTIONS, "cut the connection to PostgreSQL before COMMIT reaches it"),
  LOSE_COMMIT_ANSWER(
      Family.CONNECTIONS,
      "cut the connection to PostgreSQL after COMMIT, before its answer arrives"),
  TERMINATE_BACKENDS(Family.CONNECTIONS, "end the consumers' sessions by pg_terminate_backend"),
  CRASH_POSTGRES(Family.SERVERS, "crash PostgreSQL as pg_ctl stop -m immediate does, and start it"),
  RESTART_KAFKA(Family.SERVERS, "stop Kafka in order, and start it"),
  KILL_KAFKA(Family.SERVERS, "SIGKILL all of Kafka, and start it"),
  LOSE_LOG_TAIL(
      Family.LOG,
      "lose the acknowledged tail of Kafka's log by an unclean election; the log grows past the stored offsets"),
  PROMOTE_STANDBY(
      Family.STANDBY, "crash PostgreSQL, promote an asynchronous standby that lacks the tail"),
  FILL_POSTGRES_DISK(Family.DISKS, "fill PostgreSQL's disk, then make room"),
  FILL_KAFKA_DISK(Family.DISKS, "fill the brokers' disk until they end, make room, start them"),
  JUMP_CONSUMER_CLOCKS(Family.CLOCKS, "set the consumers' clocks off by 25 h, either way"),
  JUMP_KAFKA_CLOCKS(Family.CLOCKS, "set the brokers' clocks off by 25 h, either way"),
  JUMP_POSTGRES_CLOCK(Family.CLOCKS, "set PostgreSQL's clock off by 25 h, either way"),
  FREEZE_MIGRATION(
      Family.MIGRATIONS,
      "SIGSTOP a migration that holds its locks, start another beside it, SIGCONT after two session timeouts"),
  KILL_FROZEN_MIGRATION(
      Family.MIGRATIONS,
      "SIGSTOP a migration that holds its locks, start another beside it, SIGKILL after two session timeouts");

  /** Faults of one kind, which one class inflicts. */
  enum Family {
    CONSUMERS,
    CONNECTIONS,
    SERVERS,
    LOG,
    STANDBY,
    DISKS,
    CLOCKS,
    MIGRATIONS
  }

  private final Family family;
  private final String words;

  Fault(Family family, String words) {
    this.family = family;
    this.words = words;
  }

  Family family() {
    return family;
  }

  String words() {
    return words;
  }
}
