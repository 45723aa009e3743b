package dev.acequia.local.cli.load;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.CsvText;
import dev.acequia.contract.record.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the text of a CSV field as the JSON of its type. Text that is none of its type is written
 * as a string as it stands: the endpoint says what is wrong with it.
 */
final class ValueWriter {
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final Pattern LOCAL =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?");

  private final @Nullable ZoneId zone;
  private final JsonText jsonText = new JsonText();

  /**
   * A writer.
   *
   * @param zone the zone of dates and times without an offset; null when such are not timestamps
   */
  ValueWriter(@Nullable ZoneId zone) {
    this.zone = zone;
  }

  /**
   * Writes one value.
   *
   * @throws BadRecordException when it has two meanings or none, and would be taken for one
   */
  void write(JsonGenerator json, FieldType type, String raw)
      throws IOException, BadRecordException {
    if (type == FieldType.STRING) {
      json.writeString(raw);
      return;
    }
    var text = CsvText.trimmed(raw);
    switch (type) {
      case STRING, DATE -> json.writeString(text);
      case UUID -> json.writeString(text.toLowerCase(Locale.ROOT));
      case INT32, INT64, DOUBLE, DECIMAL -> number(json, text);
      case BOOLEAN -> bool(json, text);
      case TIMESTAMP -> json.writeString(timestamp(text));
      case JSON -> json.writeRawValue(checked(oneLine(text)));
    }
  }

  private static void number(JsonGenerator json, String text) throws IOException {
    if (isPlainInteger(text)) {
      json.writeNumber(text);
      return;
    }
    var number = new byte[text.length() + 1];
    var end = CsvText.number(text.toCharArray(), 0, text.length(), number, 0);
    if (end < 0) {
      json.writeString(text);
    } else {
      json.writeNumber(new String(number, 0, end, StandardCharsets.US_ASCII));
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

  private static void bool(JsonGenerator json, String text) throws IOException {
    var truth = CsvText.truth(text);
    if (truth == null) {
      json.writeString(text);
    } else {
      json.writeBoolean(truth);
    }
  }

  private String timestamp(String text) throws BadRecordException {
    if (zone == null) {
      return text;
    }
    var date = DATE.matcher(text).matches();
    if (!date && !LOCAL.matcher(text).matches()) {
      return text;
    }
    LocalDateTime local;
    try {
      local = LocalDateTime.parse(date ? text + "T00:00" : text.replace(' ', 'T'));
    } catch (DateTimeException e) {
      return text;
    }
    var offsets = zone.getRules().getValidOffsets(local);
    if (offsets.size() != 1) {
      throw new BadRecordException(ErrorClass.OutOfRange, null, unclear(text, local, offsets));
    }
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local.atOffset(offsets.getFirst()));
  }

  /** A clock that is set back shows an hour twice, and one that is set forward leaves one out. */
  private String unclear(String text, LocalDateTime local, List<ZoneOffset> offsets) {
    var zoned = Objects.requireNonNull(zone);
    var change = zoned.getRules().getTransition(local);
    return "'%s' %s in %s, whose clocks were set from %s to %s then; write the offset in the file, such as %s, or name a fixed one, such as --zone %s"
        .formatted(
            text,
            offsets.isEmpty() ? "does not exist" : "exists twice",
            zoned,
            change.getOffsetBefore(),
            change.getOffsetAfter(),
            DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local.atOffset(change.getOffsetBefore())),
            change.getOffsetBefore());
  }

  /** Anything but one value would be more fields than this one. */
  private String checked(String text) throws BadRecordException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    jsonText.check(bytes, 0, bytes.length);
    return text;
  }

  /** JSON's own line breaks are white space between tokens; in strings they are escaped. */
  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }
}
