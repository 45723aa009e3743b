package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlFailureTest {
  @ParameterizedTest
  @CsvSource({
    "22003, a number out of range",
    "22P05, a character that cannot be stored",
    "23502, null in a column that must not be",
    "23503, an unknown reference",
    "23505, a key that is there",
    "23514, a check",
    "44000, a view's check option",
    "54000, a limit of the index",
    "P0001, a trigger's exception"
  })
  void suspectsARecord(String state, String of) {
    assertThat(SqlFailure.mayBeARecords(failure(state))).as(of).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "40P01, a deadlock",
    "40001, a serialization failure",
    "08006, a lost connection",
    "08001, no connection",
    "53100, a full disk",
    "53200, no memory",
    "53300, too many connections",
    "25006, a read-only database",
    "25P02, a transaction that has failed",
    "55P03, a lock not had",
    "57014, a cancelled statement",
    "57P01, a terminated session",
    "57P03, a server that starts",
    "58030, a disk that fails",
    "42501, a missing right",
    "42P01, a missing table",
    "42804, a column of another type",
    "XX000, a fault of the database",
    "'', an unknown trouble"
  })
  void blamesTheStore(String state, String of) {
    assertThat(SqlFailure.mayBeARecords(failure(state))).as(of).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "40P01, a deadlock",
    "08006, a lost connection",
    "57P01, a terminated session",
    "25P03, a session that was idle for too long in its transaction",
    "25P04, a transaction that took too long"
  })
  void triesAgain(String state, String of) {
    assertThat(SqlFailure.isTransient(failure(state))).as(of).isTrue();
  }

  private static SQLException failure(String state) {
    return new SQLException("failed", state.isEmpty() ? null : state);
  }
}
