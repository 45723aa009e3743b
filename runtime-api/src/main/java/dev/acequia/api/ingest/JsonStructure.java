package dev.acequia.api.ingest;

import java.io.Serial;

/**
 * Follows strings and brackets to where a JSON value ends, without judging what stands between. It
 * is certain of that place: where brackets do not match, or a value opens behind another, nobody
 * could say which record the rest belongs to. Goes on in the next window with what it knows.
 */
final class JsonStructure {
  /** Of deeper brackets only the number is known; the decoder refuses them for their depth. */
  private static final int TOLD_APART = 2 * Long.SIZE;

  private static final byte NOTHING = 0;

  private final boolean alone;

  /** Which of the open brackets are those of objects: a bit for each, the outermost's first. */
  private long outer;

  private long inner;
  private int depth;
  private boolean inString;
  private boolean escaped;

  /** The last byte of the value outside of its strings that is not white space. */
  private byte before;

  /** The value is not JSON, and neither is what it stands in. */
  static final class BrokenException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BrokenException(String reason) {
      super(reason, null, false, false);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  private JsonStructure(boolean alone) {
    this.alone = alone;
  }

  /** Elements of an array: each ends before a comma or the array's own bracket. */
  static JsonStructure ofElements() {
    return new JsonStructure(false);
  }

  /** Objects or arrays that need nothing between them: each ends behind its own bracket. */
  static JsonStructure ofBrackets() {
    return new JsonStructure(true);
  }

  /** A value begins. */
  void begin() {
    depth = 0;
    inString = false;
    escaped = false;
    before = NOTHING;
  }

  /** Where the value ends, -1 when that is not before the limit. */
  int end(byte[] bytes, int from, int limit) throws BrokenException {
    var at = from;
    while (at < limit) {
      if (inString) {
        at = passString(bytes, at, limit);
        continue;
      }
      var b = bytes[at];
      switch (b) {
        case ' ', '\n', '\r', '\t' -> {
          at++;
          continue;
        }
        case '"' -> {
          checkOpening(b);
          inString = true;
        }
        case '{', '[' -> open(b);
        case '}', ']' -> {
          if (depth == 0 && b == ']' && !alone) {
            return at;
          }
          close(b);
          if (depth == 0 && alone) {
            return at + 1;
          }
        }
        case ',' -> {
          if (depth == 0 && !alone) {
            return at;
          }
        }
        default -> {}
      }
      before = b;
      at++;
    }
    return -1;
  }

  private int passString(byte[] bytes, int from, int limit) {
    var at = from;
    if (escaped) {
      escaped = false;
      at++;
    }
    while (at < limit) {
      var b = bytes[at++];
      if (b == '"') {
        inString = false;
        return at;
      }
      if (b == '\\') {
        if (at == limit) {
          escaped = true;
          return at;
        }
        at++;
      }
    }
    return at;
  }

  private void open(byte bracket) throws BrokenException {
    checkOpening(bracket);
    var bit = 1L << depth; // of the depth's lowest six bits
    if (depth < Long.SIZE) {
      outer = bracket == '{' ? outer | bit : outer & ~bit;
    } else if (depth < TOLD_APART) {
      inner = bracket == '{' ? inner | bit : inner & ~bit;
    }
    depth++;
  }

  private void close(byte bracket) throws BrokenException {
    if (depth == 0) {
      throw new BrokenException("'" + (char) bracket + "' closes what nothing has opened");
    }
    depth--;
    if (depth < TOLD_APART) {
      var isObject = ((depth < Long.SIZE ? outer : inner) & 1L << depth) != 0;
      if (isObject != (bracket == '}')) {
        throw new BrokenException(
            "'" + (char) bracket + "' closes what '" + (isObject ? '{' : '[') + "' has opened");
      }
    }
  }

  /** What a quote that is not escaped does to all strings behind it shows here, too. */
  private void checkOpening(byte opening) throws BrokenException {
    switch (before) {
      case NOTHING, ',', ':', '{', '[' -> {}
      default ->
          throw new BrokenException(
              "'%c' stands behind %s, with nothing to part them"
                  .formatted(
                      (char) opening,
                      before > ' ' && before < 0x7f
                          ? "'" + (char) before + "'"
                          : "the byte 0x%02x".formatted(before)));
    }
  }
}
