package dev.acequia.local.cli.load;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.acequia.contract.FieldType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the text of a CSV field as the JSON of its type. Text that is none of its type is written
 * as a string as it stands: the endpoint says what is wrong with it.
 */
final class ValueWriter {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final Pattern LOCAL =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?");

  private final @Nullable ZoneId zone;

  /**
   * A writer.
   *
   * @param zone the zone of date-times without an offset; null when such are not timestamps
   */
  ValueWriter(@Nullable ZoneId zone) {
    this.zone = zone;
  }

  void write(JsonGenerator json, FieldType type, String raw) throws IOException {
    if (type == FieldType.STRING) {
      json.writeString(raw);
      return;
    }
    var text = raw.strip();
    switch (type) {
      case STRING, DATE -> json.writeString(text);
      case UUID -> json.writeString(text.toLowerCase(Locale.ROOT));
      case INT32, INT64, DOUBLE, DECIMAL -> number(json, text);
      case BOOLEAN -> bool(json, text);
      case TIMESTAMP -> json.writeString(timestamp(text));
      case JSON -> json.writeRawValue(oneLine(text));
    }
  }

  private static void number(JsonGenerator json, String text) throws IOException {
    if (isPlainInteger(text) || JSON_NUMBER.matcher(text).matches()) {
      json.writeNumber(text);
    } else if (NUMBER.matcher(text).matches()) {
      json.writeNumber(asJson(text));
    } else {
      json.writeString(text);
    }
  }

  /** What most numbers are, found without a regular expression. */
  private static boolean isPlainInteger(String text) {
    var from = text.startsWith("-") ? 1 : 0;
    if (text.length() == from || (text.charAt(from) == '0' && text.length() > from + 1)) {
      return false;
    }
    for (var i = from; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** {@code +5}, {@code 007}, {@code .5} and {@code 5.} are numbers to a person only. */
  private static String asJson(String text) {
    var sign = text.startsWith("-") ? "-" : "";
    var digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    digits = digits.replaceFirst("^0+(?=[0-9])", "");
    if (digits.startsWith(".")) {
      digits = "0" + digits;
    }
    return sign + digits.replaceFirst("\\.(?=[eE]|$)", "");
  }

  private static void bool(JsonGenerator json, String text) throws IOException {
    switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y", "1" -> json.writeBoolean(true);
      case "false", "f", "no", "n", "0" -> json.writeBoolean(false);
      default -> json.writeString(text);
    }
  }

  private String timestamp(String text) {
    if (zone == null || !LOCAL.matcher(text).matches()) {
      return text;
    }
    try {
      var local = LocalDateTime.parse(text.replace(' ', 'T'));
      return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local.atZone(zone));
    } catch (DateTimeException e) {
      return text;
    }
  }

  /** JSON's own line breaks are white space between tokens; in strings they are escaped. */
  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }
}
