package dev.acequia.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Takes a valid query apart and puts it together in another way. */
final class FuzzMutation {
  private static final int DEEP = 1000;
  private static final int LONG = 64 << 10;

  /** What means something to one of the parsers on the way, and what means nothing to any. */
  private static final List<String> SIGNS =
      List.of(
          "'",
          "\"",
          "\\",
          ";",
          "--",
          "/*",
          "*/",
          "%",
          "%00",
          "%FF",
          "%C3",
          "%F0%9F%9B%B6",
          "%27",
          "%22",
          "%5C",
          "%2C",
          "%28",
          "%29",
          "%0D%0A",
          "%ED%A0%80",
          "$1",
          "?",
          "#",
          "::",
          ":",
          ",",
          ".",
          "(",
          ")",
          "{",
          "}",
          "&",
          "=",
          "+",
          "*",
          "|",
          "^",
          "`",
          "[",
          "]",
          "<",
          ">",
          "@",
          "~",
          "é",
          "\u202e",
          "🛶",
          "\uffff",
          "select=",
          "order=",
          "limit=-1",
          "offset=99999999",
          "cursor=",
          "and=",
          "or=",
          "not.",
          "is.null",
          "in.(",
          "count()",
          ".sum()",
          "::text",
          "::int4",
          "::jsonb",
          "(any).",
          "pg_sleep(9)",
          "1e309",
          "-0",
          "NaN",
          "Infinity",
          "9223372036854775808",
          "0001-01-01",
          "294277-01-01",
          "_offset",
          "j=eq.1",
          "nullslast");

  private FuzzMutation() {}

  /** A request's target, of any bytes but those that would end it. */
  static byte[] of(String query, Random random) {
    var text = new StringBuilder(query);
    for (var changes = random.nextInt(6); changes >= 0; changes--) {
      var at = random.nextInt(text.length() + 1);
      var to = Math.min(text.length(), at + 1 + random.nextInt(12));
      switch (random.nextInt(100)) {
        case 0 -> text.insert(at, deep(random));
        case 1 -> text.insert(at, SIGNS.get(random.nextInt(SIGNS.size())).repeat(LONG / 4));
        case 2 -> text.insert(at, "a".repeat(random.nextInt(LONG)));
        default -> {
          switch (random.nextInt(5)) {
            case 0 -> text.delete(at, to);
            case 1 -> text.insert(at, text.substring(at, to));
            case 2 -> text.replace(at, to, SIGNS.get(random.nextInt(SIGNS.size())));
            default -> text.insert(at, SIGNS.get(random.nextInt(SIGNS.size())));
          }
        }
      }
    }
    return target(text.toString(), random.nextInt(4) > 0);
  }

  private static String deep(Random random) {
    var open = List.of("(", "or(", "and(", "not.and(", "(or", "%28").get(random.nextInt(6));
    return "&or=(" + open.repeat(DEEP) + "id.eq.1" + ")".repeat(DEEP) + ")&";
  }

  /**
   * The bytes to be sent.
   *
   * @param encoded whether what is no ASCII is encoded, or stands there as it is
   */
  private static byte[] target(String query, boolean encoded) {
    var target = new ByteArrayOutputStream();
    target.writeBytes("/v1/records?".getBytes(StandardCharsets.US_ASCII));
    for (var b : query.getBytes(StandardCharsets.UTF_8)) {
      if (b >= 0 && b <= ' ' || b == 0x7f || b < 0 && encoded) {
        target.writeBytes("%%%02X".formatted(b & 0xff).getBytes(StandardCharsets.US_ASCII));
      } else {
        target.write(b);
      }
    }
    return target.toByteArray();
  }
}
