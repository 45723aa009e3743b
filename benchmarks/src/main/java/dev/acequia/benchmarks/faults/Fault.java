package dev.acequia.benchmarks.faults;

import java.util.EnumSet;
import java.util.Set;

/** What the nemesis does. */
enum Fault {
  KILL_CONSUMER(Family.CONSUMERS, "SIGKILL a consumer"),
  KILL_AMONG_ROWS(Family.CONSUMERS, "SIGKILL a consumer when some rows of its batch are sent"),
  KILL_BEFORE_COMMIT(Family.CONSUMERS, "SIGKILL a consumer between its rows and their commit"),
  FREEZE_CONSUMER(Family.CONSUMERS, "SIGSTOP a consumer, SIGCONT when another has taken over"),
  FREEZE_AMONG_ROWS(
      Family.CONSUMERS,
      "SIGSTOP a consumer when some rows of its batch are sent, SIGCONT when another has taken over"),
  FREEZE_BEFORE_COMMIT(
      Family.CONSUMERS,
      "SIGSTOP a consumer between its rows and their commit, SIGCONT when another has taken over"),
  SCALE(Family.CONSUMERS, "change the number of consumers: 1, 3, 2"),
  CUT_AMONG_ROWS(Family.CONNECTIONS, "lose a call to the store that holds rows"),
  CUT_AT_COMMIT(Family.CONNECTIONS, "lose a commit before it reaches the store"),
  LOSE_COMMIT_ANSWER(Family.CONNECTIONS, "lose the answer to a commit that the store has made"),
  THROTTLE(Family.SERVICE, "the service throttles most calls for some seconds"),
  LOSE_CALLS(Family.SERVICE, "many calls are lost for some seconds before the service hears them"),
  LOSE_ANSWERS(Family.SERVICE, "many answers are lost for some seconds after the service's work"),
  CUT_SERVICE(Family.SERVICE, "no call reaches the service for some seconds"),
  RESTART_SERVICE(Family.SERVICE, "end the service in order, and start it with what it held"),
  TERMINATE_BACKENDS(Family.DATABASE, "end the consumers' sessions by pg_terminate_backend"),
  CRASH_POSTGRES(
      Family.DATABASE, "crash PostgreSQL as pg_ctl stop -m immediate does, and start it"),
  RESTART_KAFKA(Family.SERVERS, "stop Kafka in order, and start it"),
  KILL_KAFKA(Family.SERVERS, "SIGKILL all of Kafka, and start it"),
  RECREATE_TOPIC(
      Family.TOPIC,
      "make the topic again and accept it; wake a consumer of the former one that was stopped in its batch"),
  LOSE_LOG_TAIL(
      Family.LOG,
      "lose the acknowledged tail of Kafka's log by an unclean election; the log grows past the stored offsets"),
  WAKE_OLD_SCHEMA(
      Family.SCHEMA,
      "SIGSTOP a consumer in its batch, add a field, SIGCONT when a consumer with the field has taken over"),
  PROMOTE_STANDBY(
      Family.STANDBY, "crash PostgreSQL, promote an asynchronous standby that lacks the tail"),
  FILL_POSTGRES_DISK(Family.DATABASE_DISK, "fill PostgreSQL's disk, then make room"),
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
    SERVICE,
    DATABASE,
    DATABASE_DISK,
    SERVERS,
    TOPIC,
    LOG,
    SCHEMA,
    STANDBY,
    DISKS,
    CLOCKS,
    MIGRATIONS
  }

  /** Faults that do not depend on the store. */
  static final Set<Fault> OF_ANY_STORE =
      Set.copyOf(
          EnumSet.of(
              KILL_CONSUMER,
              KILL_AMONG_ROWS,
              KILL_BEFORE_COMMIT,
              FREEZE_CONSUMER,
              FREEZE_AMONG_ROWS,
              FREEZE_BEFORE_COMMIT,
              SCALE,
              CUT_AMONG_ROWS,
              CUT_AT_COMMIT,
              LOSE_COMMIT_ANSWER,
              RESTART_KAFKA,
              KILL_KAFKA,
              RECREATE_TOPIC,
              LOSE_LOG_TAIL,
              WAKE_OLD_SCHEMA,
              FILL_KAFKA_DISK,
              JUMP_CONSUMER_CLOCKS,
              JUMP_KAFKA_CLOCKS));

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
