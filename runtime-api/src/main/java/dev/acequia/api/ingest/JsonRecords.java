package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.util.List;
import java.util.Map;

/** The elements of a JSON array, or one JSON value alone. */
final class JsonRecords implements BodyRecords {
  private final byte[] body;
  private final int end;
  private int position;
  private int index;
  private boolean inArray;
  private boolean finished;
  private int offset;
  private int length;

  JsonRecords(byte[] body, int length) {
    this.body = body;
    this.end = length;
  }

  @Override
  public boolean next() {
    if (finished) {
      return false;
    }
    skipWhiteSpace();
    if (index == 0 && !inArray) {
      if (position == end) {
        throw new ProblemException(ProblemType.INVALID_BODY, "The body is empty.");
      }
      if (body[position] != '[') {
        range(position, end);
        finished = true;
        return true;
      }
      inArray = true;
      position++;
      skipWhiteSpace();
      if (position < end && body[position] == ']') {
        finish();
        return false;
      }
    }
    element();
    return true;
  }

  private void element() {
    var start = position;
    passValue();
    if (position == end) {
      throw malformed("the array does not end");
    }
    if (position == start) {
      throw malformed("a value is missing");
    }
    range(start, position);
    index++;
    if (body[position] == ']') {
      finish();
    } else {
      position++;
    }
  }

  /** To the comma or bracket that ends an element. */
  private void passValue() {
    var depth = 0;
    var inString = false;
    for (; position < end; position++) {
      var b = body[position];
      if (inString) {
        if (b == '\\') {
          position++;
        } else if (b == '"') {
          inString = false;
        }
        continue;
      }
      switch (b) {
        case '"' -> inString = true;
        case '{', '[' -> depth++;
        case ',' -> {
          if (depth == 0) {
            return;
          }
        }
        case '}', ']' -> {
          if (depth-- == 0) {
            return;
          }
        }
        default -> {}
      }
    }
    position = end;
  }

  private void finish() {
    finished = true;
    position++;
    skipWhiteSpace();
    if (position != end) {
      throw malformed("something follows the end of the array");
    }
  }

  private void range(int from, int to) {
    while (to > from && isWhiteSpace(body[to - 1])) {
      to--;
    }
    offset = from;
    length = to - from;
  }

  private void skipWhiteSpace() {
    while (position < end && isWhiteSpace(body[position])) {
      position++;
    }
  }

  private static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private ProblemException malformed(String reason) {
    return new ProblemException(
        Problem.of(
                ProblemType.INVALID_BODY,
                "The body is not a JSON array: after " + index + " records, " + reason + ".")
            .with("errors", List.of(Map.of("index", index, "reason", reason))));
  }

  @Override
  public byte[] buffer() {
    return body;
  }

  @Override
  public int offset() {
    return offset;
  }

  @Override
  public int length() {
    return length;
  }
}
