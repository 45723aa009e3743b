package dev.acequia.local.cli.source;

import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file's characters. It refuses, with the line, what a parser would take without a word: a
 * quote that never closes, bytes of another encoding, a quote after a space.
 *
 * <p>All characters before a fault are handed out first, so that the records before it are known.
 */
final class CsvCharacters extends Reader {
  private static final int BUFFER = 1 << 16;

  /** As of NDJSON: no endpoint takes a longer request. */
  private static final int MAX_RECORD = 16 << 20;

  private static final char BYTE_ORDER_MARK = '\ufeff';

  private final FileBytes in;
  private final CsvDialect dialect;
  private final CharsetDecoder decoder;
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();
  private final char[] chars = new char[BUFFER];
  private int at;
  private int end;
  private boolean started;
  private boolean ended;
  private @Nullable String trouble;
  private @Nullable FaultyFileException fault;

  private State state = State.FIELD_START;
  private boolean afterReturn;
  private long line = 1;
  private long quoteLine;
  private long recordLine = 1;
  private int recordLength;

  /** Where in a field the next character stands. */
  private enum State {
    FIELD_START,
    SPACES,
    PLAIN,
    QUOTED,
    /** After a quote in a quoted field: its end, or the first of two. */
    QUOTE
  }

  CsvCharacters(FileBytes in, CsvDialect dialect) {
    this.in = in;
    this.dialect = dialect;
    this.decoder =
        dialect
            .encoding()
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /** The file's beginning, up to 64 Ki characters. Call it before anything is read. */
  CharSequence beginning() throws IOException {
    if (!started) {
      decode();
    }
    return CharBuffer.wrap(chars, at, end - at);
  }

  /** Whether {@link #beginning} is all there is. */
  boolean isShort() {
    return ended;
  }

  @Override
  public int read(char[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (fault != null) {
      throw fault;
    }
    if (at == end && !decode()) {
      checkEnd();
      return -1;
    }
    var count = watch(Math.min(length, end - at));
    if (count == 0 && fault != null) {
      throw fault;
    }
    System.arraycopy(chars, at, into, offset, count);
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Fills the characters' buffer; false at the end. */
  private boolean decode() throws IOException {
    if (!started) {
      refuseOtherMark();
    }
    var out = CharBuffer.wrap(chars);
    while (!ended && trouble == null) {
      var result = decoder.decode(bytes, out, false);
      if (result.isOverflow()) {
        break;
      }
      if (result.isError()) {
        trouble = undecodable();
      } else if (!fill()) {
        ended = true;
        if (decoder.decode(bytes, out, true).isError()) {
          trouble = undecodable();
        }
      }
    }
    at = !started && out.position() > 0 && chars[0] == BYTE_ORDER_MARK ? 1 : 0;
    end = out.position();
    started = true;
    if (at == end && trouble != null) {
      throw new FaultyFileException("line " + line + ": " + trouble);
    }
    return at < end;
  }

  private void refuseOtherMark() throws IOException {
    var utf8 = dialect.encoding().equals(StandardCharsets.UTF_8);
    if (in.dropUtf8Mark() && !utf8) {
      throw new FaultyFileException("it begins with the mark of UTF-8; leave --encoding out");
    }
    if (utf8 && in.isUtf16()) {
      throw new FaultyFileException("this is UTF-16; name its encoding: --encoding UTF-16");
    }
  }

  private boolean fill() {
    bytes.compact();
    try {
      var read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      if (read > 0) {
        bytes.position(bytes.position() + read);
      }
      return read > 0;
    } catch (IOException e) {
      trouble = FaultyFileException.reason(e);
      return true;
    } finally {
      bytes.flip();
    }
  }

  private String undecodable() {
    var hint =
        dialect.encoding().equals(StandardCharsets.UTF_8)
            ? "; name its encoding, such as --encoding windows-1252"
            : "; is its encoding another one?";
    return "not " + dialect.encoding() + hint;
  }

  /** Looks at the next characters; how many of them come before a fault. */
  private int watch(int count) {
    for (var i = at; i < at + count; i++) {
      var c = chars[i];
      if (c == 0 && recordLine == 1) {
        fault =
            new FaultyFileException(
                "line "
                    + line
                    + ": a NUL character in the header; is this text, and is it "
                    + dialect.encoding()
                    + "? (UTF-16 is read with --encoding UTF-16)");
      } else if (++recordLength > MAX_RECORD) {
        fault = tooLong();
      } else {
        follow(c);
      }
      if (fault != null) {
        return i - at;
      }
      if (c == '\r' || (c == '\n' && !afterReturn)) {
        line++;
      }
      afterReturn = c == '\r';
      if (state == State.FIELD_START && (c == '\n' || c == '\r')) {
        recordLine = line;
        recordLength = 0;
      }
    }
    return count;
  }

  private FaultyFileException tooLong() {
    return new FaultyFileException(
        "line "
            + recordLine
            + ": a record of more than 16 MiB"
            + (state == State.QUOTED
                ? "; it is within the quote of line " + quoteLine + ": is one missing?"
                : "; is this CSV?"));
  }

  private void follow(char c) {
    switch (state) {
      case FIELD_START, SPACES -> {
        if (c == '"' && state == State.SPACES) {
          fault =
              new FaultyFileException(
                  "line "
                      + line
                      + ": a space before a quote; a quoted field begins with its quote");
        } else if (c == '"') {
          quoteLine = line;
          state = State.QUOTED;
        } else {
          state = isBlank(c) ? State.SPACES : unquoted(c);
        }
      }
      case PLAIN -> state = unquoted(c);
      case QUOTED -> state = c == '"' ? State.QUOTE : State.QUOTED;
      case QUOTE -> {
        state = c == '"' ? State.QUOTED : unquoted(c);
        if (state == State.PLAIN) {
          fault =
              new FaultyFileException(
                  "line "
                      + line
                      + ": text after a closing quote"
                      + (quoteLine == line
                          ? ""
                          : ", which belongs to the quote of line " + quoteLine)
                      + "; within a quoted field, a quote is written twice");
        }
      }
    }
  }

  private boolean isBlank(char c) {
    return (c == ' ' || c == '\t') && c != dialect.delimiter();
  }

  private State unquoted(char c) {
    return c == dialect.delimiter() || c == '\n' || c == '\r' ? State.FIELD_START : State.PLAIN;
  }

  private void checkEnd() throws IOException {
    if (state == State.QUOTED) {
      fault =
          new FaultyFileException(
              "line "
                  + quoteLine
                  + ": a field begins with a quote and does not end: everything up to the last line"
                  + " is in it. Is a quote missing, or is the file cut off?");
      throw fault;
    }
  }
}
