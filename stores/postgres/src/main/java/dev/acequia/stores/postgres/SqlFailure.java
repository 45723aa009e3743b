package dev.acequia.stores.postgres;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a failed statement says about whose fault it is. */
final class SqlFailure {
  private static final String NOT_NULL_VIOLATION = "23502";
  private static final String UNIQUE_VIOLATION = "23505";

  /** {@code COPY flights, line 5, column x}, in whatever language the server speaks. */
  private static final Pattern COPY_LINE = Pattern.compile("^COPY [^,]*, \\D*(\\d+)");

  /** Missing table, column, right, column type, key index, database, schema, and failed login. */
  private static final Set<String> REFUSALS =
      Set.of("42P01", "42703", "42501", "42804", "42P10", "3D000", "3F000", "28P01", "28000");

  private SqlFailure() {}

  /**
   * Whether a record can have caused it: its data, a constraint, a limit of the index, a trigger's
   * exception. All else is the store's trouble.
   */
  static boolean mayBeARecords(SQLException e) {
    var state = state(e);
    return state.startsWith("22")
        || state.startsWith("23")
        || state.startsWith("44")
        || state.startsWith("54")
        || isKeyTwice(e)
        || state.equals("P0001");
  }

  static boolean isDuplicate(SQLException e) {
    return state(e).equals(UNIQUE_VIOLATION);
  }

  /** Whether two rows of a statement have one key, by rules that only the table knows. */
  static boolean isKeyTwice(SQLException e) {
    return state(e).equals("21000");
  }

  /** Whether the same statement may succeed later without anyone's doing. */
  static boolean isTransient(SQLException e) {
    var state = state(e);
    return state.isEmpty()
        || state.startsWith("08")
        || state.startsWith("40")
        || state.startsWith("53")
        || state.startsWith("57")
        || state.startsWith("58")
        || state.startsWith("55P03")
        || state.equals("25P03") // a session that was idle for too long, in a transaction
        || state.equals("25P04") // a transaction that took too long
        || state.equals("25006");
  }

  /**
   * Whether only a person can resolve the failure. A trigger or function may fail for one record
   * only, so its failures do not count.
   */
  static boolean isRefusal(SQLException e) {
    return REFUSALS.contains(state(e))
        && server(e)
            .map(ServerErrorMessage::getWhere)
            .filter(where -> !where.lines().allMatch(line -> line.startsWith("COPY ")))
            .isEmpty();
  }

  /** The line of a COPY that it stopped at, from 1; 0 when it does not say. */
  static int copyLine(SQLException e) {
    return server(e)
        .map(ServerErrorMessage::getWhere)
        .map(COPY_LINE::matcher)
        .filter(found -> found.find() && found.group(1).length() < 10)
        .map(found -> Integer.parseInt(found.group(1)))
        .orElse(0);
  }

  /** The constraint that it violates, by its name. */
  static Optional<String> constraint(SQLException e) {
    return server(e).map(ServerErrorMessage::getConstraint);
  }

  /** The column that may not be null. */
  static Optional<String> columnWithoutNulls(SQLException e) {
    return state(e).equals(NOT_NULL_VIOLATION)
        ? server(e).map(ServerErrorMessage::getColumn)
        : Optional.empty();
  }

  /** The database's own words, without the values of records that details may hold. */
  static String words(SQLException e) {
    if (e instanceof BatchUpdateException && e.getNextException() != null) {
      // Its own message repeats the statements.
      return words(e.getNextException());
    }
    return server(e)
        .map(
            server ->
                server.getMessage()
                    + " (SQLSTATE "
                    + state(e)
                    + ")"
                    + (server.getHint() == null ? "" : ". Hint: " + server.getHint()))
        .orElseGet(() -> String.valueOf(e.getMessage()));
  }

  /**
   * What may be told to those who need no login: the database's words where they are about the
   * pipeline's own table, and what is known by the SQLSTATE elsewhere. Other words name hosts,
   * databases and roles.
   */
  static String wordsForAnyone(SQLException e) {
    var state = state(e);
    var words =
        state.startsWith("42") || state.startsWith("3F")
            ? server(e).map(ServerErrorMessage::getMessage)
            : Optional.<String>empty();
    return words.orElseGet(() -> ofClass(state))
        + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")");
  }

  private static String ofClass(String state) {
    return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
      case "", "08" -> "the store cannot be reached";
      case "28" -> "the store refuses the reader's login";
      case "3D" -> "the store's database does not exist";
      case "53" -> "the store has no connection or memory left";
      case "57" -> "the store starts or stops";
      default -> "the store refused the query";
    };
  }

  private static Optional<ServerErrorMessage> server(SQLException e) {
    return e instanceof PSQLException psql
        ? Optional.ofNullable(psql.getServerErrorMessage())
        : Optional.empty();
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }
}
