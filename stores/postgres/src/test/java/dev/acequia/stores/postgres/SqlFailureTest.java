package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlFailureTest {
  /** The cause of a failure. */
  private enum Fault {
    /** A record. */
    RECORD,
    /** The store; a retry may succeed. */
    PASSES,
    /** The store; only a person can resolve it. */
    REFUSAL,
    /** The store, for an unknown reason. */
    OTHER
  }

  @ParameterizedTest
  @CsvSource({
    "22003, RECORD, a number out of range",
    "22P05, RECORD, a character that cannot be stored",
    "23502, RECORD, null in a column that must not be",
    "23503, RECORD, an unknown reference",
    "23505, RECORD, a key that is there",
    "23514, RECORD, a check",
    "44000, RECORD, a view's check option",
    "54000, RECORD, a limit of the index",
    "P0001, RECORD, a trigger's exception",
    "40P01, PASSES, a deadlock",
    "40001, PASSES, a serialization failure",
    "08006, PASSES, a lost connection",
    "08001, PASSES, no connection",
    "53100, PASSES, a full disk",
    "53200, PASSES, no memory",
    "53300, PASSES, too many connections",
    "25006, PASSES, a read-only database",
    "25P02, OTHER, a transaction that has failed",
    "25P03, PASSES, a session that was idle for too long in its transaction",
    "25P04, PASSES, a transaction that took too long",
    "55P03, PASSES, a lock not had",
    "57014, PASSES, a cancelled statement",
    "57P01, PASSES, a terminated session",
    "57P03, PASSES, a server that starts",
    "58030, PASSES, a disk that fails",
    "42501, REFUSAL, a missing right",
    "42P01, REFUSAL, a missing table",
    "42703, REFUSAL, a missing column",
    "42804, REFUSAL, a column of another type",
    "42P10, REFUSAL, a missing unique index of the key",
    "3D000, REFUSAL, a missing database",
    "3F000, REFUSAL, a missing schema",
    "28P01, REFUSAL, another password",
    "28000, REFUSAL, a role that may not log on",
    "XX000, OTHER, a fault of the database",
    "'', PASSES, an unknown trouble"
  })
  void saysWhoseFaultItIs(String state, Fault fault, String of) {
    var failure = new SQLException("failed", state.isEmpty() ? null : state);
    assertThat(SqlFailure.mayBeARecords(failure)).as(of).isEqualTo(fault == Fault.RECORD);
    assertThat(SqlFailure.isTransient(failure)).as(of).isEqualTo(fault == Fault.PASSES);
    assertThat(SqlFailure.isRefusal(failure)).as(of).isEqualTo(fault == Fault.REFUSAL);
  }
}
