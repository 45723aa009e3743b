package dev.acequia.stores.postgres;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A result of which the server sent more than the driver may hold. The driver stops reading midway,
 * so the connection is of no more use.
 *
 * @param received bytes, with the row that was too many
 * @param limit of what the driver may hold, in bytes
 */
record ResultOverflow(long received, long limit) {
  /** In whatever language the driver speaks; the setting's name stays. */
  private static final Pattern MESSAGE =
      Pattern.compile("maxResultBuffer\\D*(\\d{1,18})\\D+(\\d{1,18})");

  /** What the failure says of an overflow; null when it is another failure. */
  static @Nullable ResultOverflow of(SQLException e) {
    var message = e.getMessage();
    if (message == null || !message.contains("maxResultBuffer")) {
      return null;
    }
    var numbers = MESSAGE.matcher(message);
    return numbers.find()
        ? new ResultOverflow(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)))
        : new ResultOverflow(0, 0);
  }

  /** Whether the last row alone was too large, however few are asked for at a time. */
  boolean isOfOneRow() {
    return received > 2 * limit;
  }

  /** Keeps the pool from warning of a connection that the reader itself gives up. */
  static final class Expected implements SQLExceptionOverride {
    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException e) {
      return of(e) == null ? Override.CONTINUE_EVICT : Override.DO_NOT_EVICT;
    }
  }
}
