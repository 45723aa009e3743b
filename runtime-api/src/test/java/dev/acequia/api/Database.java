package dev.acequia.api;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The tables, past the API. */
final class Database {
  private Database() {}

  /** A statement's one number. */
  static long number(String statement) {
    return numbers(statement).getFirst();
  }

  /** The first column of a statement's rows. */
  static List<Long> numbers(String statement) {
    try (var connection = Servers.postgres().connect("postgres");
        var run = connection.createStatement();
        var rows = run.executeQuery(statement)) {
      var numbers = new ArrayList<Long>();
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
      return numbers;
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }
}
