package dev.acequia.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request's address, in their order. Unlike the servlet's own they keep apart
 * what the address says from what a form in the body says, and malformed ones are refused.
 */
public record QueryString(List<Parameter> parameters) {

  /** One {@code name=value}, decoded. */
  public record Parameter(String name, String value) {}

  public QueryString {
    parameters = List.copyOf(parameters);
  }

  /**
   * Reads the raw text behind the question mark.
   *
   * @throws ProblemException when it is not UTF-8 in percent-encoding
   */
  public static QueryString parse(@Nullable String raw) {
    var parameters = new ArrayList<Parameter>();
    if (raw != null) {
      for (var pair : raw.split("&", -1)) {
        if (!pair.isEmpty()) {
          var equals = pair.indexOf('=');
          parameters.add(
              equals < 0
                  ? new Parameter(decode(pair, true), "")
                  : new Parameter(
                      decode(pair.substring(0, equals), true),
                      decode(pair.substring(equals + 1), true)));
        }
      }
    }
    return new QueryString(parameters);
  }

  /** The parameter's value; refused when it is given twice. */
  public Optional<String> single(String name) {
    @Nullable Parameter found = null;
    for (var parameter : parameters) {
      if (parameter.name().equals(name)) {
        if (found != null) {
          throw new ProblemException(
              ProblemType.INVALID_QUERY, "The parameter '" + name + "' is given twice.");
        }
        found = parameter;
      }
    }
    return Optional.ofNullable(found).map(Parameter::value);
  }

  /**
   * Decodes a part of an address.
   *
   * @param plusIsSpace as in a query, but not in a path
   */
  public static String decode(String raw, boolean plusIsSpace) {
    if (raw.indexOf('%') < 0 && isPlainAscii(raw)) {
      return plusIsSpace ? raw.replace('+', ' ') : raw;
    }
    var source = raw.getBytes(StandardCharsets.ISO_8859_1);
    var bytes = ByteBuffer.allocate(source.length);
    for (var i = 0; i < source.length; i++) {
      if (source[i] == '%') {
        if (i + 2 >= source.length) {
          throw malformed();
        }
        bytes.put((byte) (hex(source[i + 1]) << 4 | hex(source[i + 2])));
        i += 2;
      } else {
        bytes.put(plusIsSpace && source[i] == '+' ? (byte) ' ' : source[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw malformed();
    }
  }

  private static boolean isPlainAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static int hex(byte digit) {
    var value = Character.digit(digit, 16);
    if (value < 0) {
      throw malformed();
    }
    return value;
  }

  private static ProblemException malformed() {
    return new ProblemException(
        ProblemType.INVALID_REQUEST, "The address is not UTF-8 in percent-encoding.");
  }
}
