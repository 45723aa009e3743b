package dev.acequia.api.ingest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.api.envelope.Message;
import dev.acequia.api.http.ProblemException;
import dev.acequia.contract.record.TextEncoding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of one message: a JSON object, an array of them, or several one after the other with
 * or without line breaks between them. What is none of these is one record, and a bad one.
 */
final class MessageRecords implements BodyRecords {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final JsonStructure structure = JsonStructure.ofBrackets();
  private final byte[] source;
  private final int end;
  private final byte @Nullable [] attributes;
  private final @Nullable JsonRecords elements;
  private boolean begun;
  private int position;
  private int dataOffset;
  private int dataLength;
  private byte[] buffer;
  private int offset;
  private int length;

  /**
   * Reads a message.
   *
   * @param attributesField takes the message's attributes as the first field of each record; null
   *     for none
   */
  MessageRecords(Message message, @Nullable String attributesField) {
    this.source =
        message.offset() == 0
            ? message.buffer()
            : Arrays.copyOfRange(
                message.buffer(), message.offset(), message.offset() + message.length());
    this.end = message.length();
    this.buffer = source;
    this.position = TextEncoding.byteOrderMark(source, 0, end);
    this.attributes =
        attributesField == null ? null : attributes(attributesField, message.attributes());
    this.elements = first() == '[' && isArray() ? new JsonRecords(source, end) : null;
  }

  private static byte[] attributes(String field, Map<String, String> attributes) {
    try {
      return ('"' + field + "\":" + JSON.writeValueAsString(new TreeMap<>(attributes)))
          .getBytes(StandardCharsets.UTF_8);
    } catch (JacksonException e) {
      throw new IllegalStateException("texts are always JSON", e);
    }
  }

  private int first() {
    var at = afterWhiteSpace(position);
    return at < end ? source[at] : -1;
  }

  private boolean isArray() {
    try {
      var trial = new JsonRecords(source, end);
      while (trial.next()) {
        // to its end
      }
      return true;
    } catch (ProblemException | java.io.IOException e) {
      return false;
    }
  }

  @Override
  public boolean next() throws java.io.IOException {
    if (elements != null) {
      if (!elements.next()) {
        return false;
      }
      take(elements.offset(), elements.length());
      return true;
    }
    position = afterWhiteSpace(position);
    if (position == end && begun) {
      return false;
    }
    begun = true;
    var from = position;
    position = endOfValue(from);
    take(from, position - from);
    return true;
  }

  /** To the bracket that closes an object; of anything else, to the end. */
  private int endOfValue(int from) {
    if (from == end || source[from] != '{') {
      return end;
    }
    structure.begin();
    try {
      var to = structure.end(source, from, end);
      return to < 0 ? end : to;
    } catch (JsonStructure.BrokenException e) {
      return end; // the decoder says what is wrong with it
    }
  }

  private void take(int from, int size) {
    dataOffset = from;
    dataLength = size;
    buffer = source;
    offset = from;
    length = size;
    if (attributes != null && size > 1 && source[from] == '{') {
      splice(attributes);
    }
  }

  /** Puts a field at the beginning of the record. */
  private void splice(byte[] field) {
    var rest = afterWhiteSpace(offset + 1);
    var isEmpty = rest < end && source[rest] == '}';
    var joined = new byte[length + field.length + (isEmpty ? 0 : 1)];
    joined[0] = '{';
    System.arraycopy(field, 0, joined, 1, field.length);
    if (!isEmpty) {
      joined[1 + field.length] = ',';
    }
    System.arraycopy(source, offset + 1, joined, joined.length - length + 1, length - 1);
    buffer = joined;
    offset = 0;
    length = joined.length;
  }

  private int afterWhiteSpace(int from) {
    var at = from;
    while (at < end
        && (source[at] == ' ' || source[at] == '\n' || source[at] == '\r' || source[at] == '\t')) {
      at++;
    }
    return at;
  }

  /** Whether the record holds the message's attributes too. */
  boolean hasAttributes() {
    return buffer != source;
  }

  /** Updates a digest with the sender's data, which redeliveries share. */
  void updateWithData(MessageDigest digest) {
    digest.update(source, dataOffset, dataLength);
  }

  @Override
  public byte[] buffer() {
    return buffer;
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
