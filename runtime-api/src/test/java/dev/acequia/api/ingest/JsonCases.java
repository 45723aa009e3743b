package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts that are JSON (y), that are not (n), and that are JSON by its grammar but no record that
 * can be stored (i), after the categories of JSONTestSuite. Each is the value of a field of type
 * json; those of whole bodies stand with their tests.
 */
final class JsonCases {
  /** One of them. */
  record Case(char kind, String name, byte[] json) {
    @Override
    public String toString() {
      return kind + "_" + name;
    }
  }

  private final List<Case> cases = new ArrayList<>();

  private JsonCases() {}

  static List<Case> values() {
    var all = new JsonCases();
    all.structures();
    all.numbers();
    all.strings();
    all.bytes();
    return all.cases;
  }

  private void y(String name, String json) {
    cases.add(new Case('y', name, json.getBytes(UTF_8)));
  }

  private void n(String name, String json) {
    cases.add(new Case('n', name, json.getBytes(UTF_8)));
  }

  private void i(String name, String json) {
    cases.add(new Case('i', name, json.getBytes(UTF_8)));
  }

  private void nBytes(String name, String latin1) {
    cases.add(new Case('n', name, latin1.getBytes(ISO_8859_1)));
  }

  private void structures() {
    y("array_empty", "[]");
    y("array_spaces", "[ 1 ,\t[\n]\r]");
    y("array_null", "[null,1,\"1\",{}]");
    y("object_empty", "{}");
    y("object_nested", "{\"a\":{\"b\":[{}]}}");
    y("object_duplicate_key", "{\"a\":1,\"a\":2}");
    y("object_empty_key", "{\"\":0}");
    y("object_escaped_key", "{\"\\u0061\":0}");
    y("lonely_true", "true");
    y("lonely_null", "null");
    y("depth_100", "[".repeat(100) + "]".repeat(100));
    i("depth_101", "[".repeat(101) + "]".repeat(101));
    i("depth_100000", "[".repeat(100_000) + "]".repeat(100_000));
    n("array_extra_comma", "[1,]");
    n("array_double_comma", "[1,,2]");
    n("array_leading_comma", "[,1]");
    n("array_no_comma", "[1 2]");
    n("array_objects_no_comma", "[{}{}]");
    n("array_colon", "[1:2]");
    n("array_unclosed", "[1");
    n("array_closed_twice", "[1]]");
    n("array_closed_by_brace", "[1}");
    n("object_closed_by_bracket", "{\"a\":1]");
    n("object_closed_twice", "{\"a\":1}}");
    n("object_trailing_comma", "{\"a\":1,}");
    n("object_no_value", "{\"a\":}");
    n("object_no_colon", "{\"a\" 1}");
    n("object_two_colons", "{\"a\"::1}");
    n("object_comma_for_colon", "{\"a\",1}");
    n("object_no_key", "{:1}");
    n("object_bare_key", "{a:1}");
    n("object_single_quotes", "{'a':1}");
    n("object_number_key", "{1:1}");
    n("object_unclosed", "{\"a\":1");
    n("object_with_nothing", "{\"a\"}");
    n("crossed", "[{\"a\":[1}]]");
    n("trailing_garbage", "1 x");
    n("trailing_comment", "1/**/");
    n("trailing_hash", "1#");
    n("two_values", "{}{}");
    n("capital_true", "True");
    n("literal_cut", "nul");
    n("literal_long", "nulll");
    n("undefined", "undefined");
    n("nothing", "");
    n("form_feed", "[\f]");
    n("no_break_space", "[\u00a0]");
    n("nul_byte", "[\0]");
    n("nul_behind", "1\0");
    n("mark_within", "[\ufeff1]");
    n("mark_before", "\ufeff1");
  }

  private void numbers() {
    for (var good :
        List.of(
            "0",
            "-0",
            "1",
            "-1",
            "10",
            "0.1",
            "1.0",
            "-1.50",
            "0e1",
            "0e+1",
            "1E2",
            "1e-2",
            "1.5E+3",
            "1e0001",
            "123456789012345678901234567890",
            "1e400",
            "-1e-400",
            "0.10000000000000000")) {
      y("number_" + good, good);
    }
    y("number_of_4096_digits", "9".repeat(4_096));
    i("number_of_4097_digits", "9".repeat(4_097));
    i("number_of_10000_digits", "9".repeat(10_000));
    i("number_beyond_numeric", "1e200000");
    i("number_exponent_overflow", "1e99999999999999999999");
    for (var bad :
        List.of(
            "+1",
            "01",
            "-01",
            "1.",
            ".1",
            "-.1",
            "-",
            "--1",
            "-a",
            "1e",
            "1e+",
            "1eE2",
            "1.e1",
            "1.1.1",
            "0x1",
            "0b1",
            "1_000",
            "1a",
            "1 000",
            "NaN",
            "-NaN",
            "Infinity",
            "-Infinity",
            "١",
            "１",
            "1e1.5",
            "-foo",
            "0.3e",
            "2.e3",
            "9.e+",
            "1+2",
            "00",
            "1-")) {
      n("number_" + bad, bad);
    }
  }

  private void strings() {
    y("string_plain", "\"asd \"");
    y("string_empty", "\"\"");
    y("string_escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"");
    y("string_unicode", "\"\\u0123\\uabCD\\u007f\\u0001\"");
    y("string_surrogates", "\"\\uD801\\udc37\"");
    y("string_delete", "\"\u007f\"");
    y("string_brackets", "\"}]{[,:\"");
    y("string_mark", "\"\ufeff\"");
    y("string_noncharacter", "\"\uffff\"");
    y("string_utf8", "\"€𝄞ñ\"");
    y("string_line_separator", "\"\u2028\"");
    i("string_escaped_nul", "\"\\u0000\"");
    i("string_lone_high", "\"\\uD800\"");
    i("string_lone_low", "\"\\uDC00\"");
    i("string_high_then_text", "\"\\uD800abc\"");
    i("string_high_high", "\"\\uD800\\uD800\\n\"");
    i("string_reversed", "\"\\uDC00\\uD800\"");
    n("string_high_then_cut", "\"\\uD800\\u1\"");
    n("string_single_quotes", "'a'");
    n("string_bare", "a");
    n("string_unclosed", "\"a");
    n("string_escaped_end", "\"a\\\"");
    n("string_lone_backslash", "\"\\\"");
    n("string_tab", "\"\t\"");
    n("string_newline", "\"\n\"");
    n("string_nul", "\"\0\"");
    n("string_escape_x", "\"\\x00\"");
    n("string_escape_a", "\"\\a\"");
    n("string_escape_quote", "\"\\'\"");
    n("string_escape_emoji", "\"\\🌀\"");
    n("string_u_short", "\"\\u00A\"");
    n("string_u_letters", "\"\\u00g0\"");
    n("string_u_capital", "\"\\U0041\"");
    n("string_u_wide_digits", "\"\\u００４１\"");
    n("string_quote_within", "\"a\"b\"");
    n("string_two", "\"a\"\"b\"");
  }

  private void bytes() {
    nBytes("utf8_lone_continuation", "\"\u0081\"");
    nBytes("utf8_cut", "\"\u00e0\u00ff\"");
    nBytes("utf8_cut_by_quote", "\"\u00c3\"");
    nBytes("utf8_overlong_2", "\"\u00c0\u00af\"");
    nBytes("utf8_overlong_3", "\"\u00e0\u0080\u00af\"");
    nBytes("utf8_overlong_4", "\"\u00f0\u0080\u0080\u00af\"");
    nBytes("utf8_overlong_6", "\"\u00fc\u0083\u00bf\u00bf\u00bf\u00bf\"");
    nBytes("utf8_overlong_nul", "\"\u00c0\u0080\"");
    nBytes("utf8_surrogate", "\"\u00ed\u00a0\u0080\"");
    nBytes("utf8_beyond_unicode", "\"\u00f4\u0090\u0080\u0080\"");
    nBytes("utf8_latin1", "\"\u00e9\"");
    nBytes("utf8_outside", "[\u00ff]");
    nBytes("utf8_in_name", "{\"\u00e9\":1}");
  }
}
