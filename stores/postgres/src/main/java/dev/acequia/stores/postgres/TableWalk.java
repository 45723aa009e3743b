package dev.acequia.stores.postgres;

import java.sql.SQLException;
import java.time.Duration;

/**
 * A walk from a table's first block to its last, again and again, that removes what has expired.
 * Each step takes so many blocks that it lasts a fraction of a second, however much there is to
 * remove: it needs no index, and a batch never waits longer for it. One session walks at a time.
 */
final class TableWalk {
  /** Between two laps: so much longer than it should be, something may be remembered. */
  private static final Duration LAP = Duration.ofHours(1);

  /** Before looking again whether another session still walks. */
  private static final Duration OTHERS_LAP = Duration.ofMinutes(5);

  /** Steps get longer and shorter towards this. */
  private static final Duration STEP = Duration.ofMillis(100);

  private static final long FIRST_BLOCKS = 16;
  private static final long MOST_BLOCKS = 512;

  /** The pause after a step is so many times as long as the step was: the load goes first. */
  private static final long PAUSE = 3;

  private final String table;
  private final ExpiredRows expired;
  private long blocks = FIRST_BLOCKS;
  private long next;
  private long end;
  private boolean isUnderWay;

  TableWalk(String table, ExpiredRows expired) {
    this.table = table;
    this.expired = expired;
  }

  String table() {
    return table;
  }

  /** Whether it is in mid-lap, and needs the session it began with. */
  boolean isUnderWay() {
    return isUnderWay;
  }

  /** Hears that its session is gone; it goes on where it was. */
  void interrupt() {
    isUnderWay = false;
  }

  /** Does the next step, and answers what pause is to follow. */
  Duration step(PostgresSession session) throws SQLException {
    if (!isUnderWay && !begin(session)) {
      return OTHERS_LAP;
    }
    var began = System.nanoTime();
    var to = Math.min(end, next + blocks);
    try {
      expired.remove(session, "ctid >= '(" + next + ",0)'::tid AND ctid < '(" + to + ",0)'::tid");
      session.commit();
    } catch (SQLException e) {
      blocks = Math.max(1, blocks / 2); // should it have taken too long
      throw e;
    }
    next = to;
    var took = System.nanoTime() - began;
    adapt(took);
    if (next < end) {
      return Duration.ofNanos(took * PAUSE);
    }
    finish(session);
    return LAP;
  }

  private void adapt(long tookNanos) {
    if (tookNanos > STEP.toNanos()) {
      blocks = Math.max(1, blocks / 2);
    } else if (tookNanos < STEP.toNanos() / 2) {
      blocks = Math.min(MOST_BLOCKS, blocks * 2);
    }
  }

  /** Whether it may walk: no other session does. */
  private boolean begin(PostgresSession session) throws SQLException {
    try (var statement =
        session
            .connection()
            .prepareStatement(
                "SELECT pg_try_advisory_lock(hashtextextended(?, 0)),"
                    + " pg_relation_size(?::regclass) / current_setting('block_size')::bigint")) {
      statement.setString(1, lock());
      statement.setString(2, table);
      try (var row = statement.executeQuery()) {
        isUnderWay = row.next() && row.getBoolean(1);
        end = row.getLong(2);
      }
    }
    session.commit();
    return isUnderWay;
  }

  private void finish(PostgresSession session) throws SQLException {
    try (var statement =
        session
            .connection()
            .prepareStatement("SELECT pg_advisory_unlock(hashtextextended(?, 0))")) {
      statement.setString(1, lock());
      statement.execute();
    }
    session.commit();
    isUnderWay = false;
    next = 0;
  }

  private String lock() {
    return "acequia housekeeping " + table;
  }
}
