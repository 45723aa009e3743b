package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The request's {@code Idempotency-Key}, or a message's id, in its scope: with a record's index it
 * names the record, so that the consumer stores it once however often it is sent.
 */
final class IdempotencyKey {
  static final String HEADER = "Idempotency-Key";

  private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]{1,255}");

  private final IdempotencyScope scope;
  private final String text;
  private final Header scopeHeader;
  private final Header keyHeader;

  /**
   * A key.
   *
   * @param text ASCII
   */
  IdempotencyKey(IdempotencyScope scope, String text) {
    this.scope = scope;
    this.text = text;
    this.scopeHeader = header(RecordHeader.IDEMPOTENCY_SCOPE, scope.bytes());
    this.keyHeader = header(RecordHeader.IDEMPOTENCY_KEY, text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Checks a header's value.
   *
   * @throws ProblemException when it is not one
   */
  static IdempotencyKey parse(IdempotencyScope scope, String value) {
    if (!VISIBLE_ASCII.matcher(value).matches()) {
      throw new ProblemException(
          ProblemType.INVALID_REQUEST, "An Idempotency-Key has 1 to 255 visible ASCII characters.");
    }
    return new IdempotencyKey(scope, value);
  }

  IdempotencyScope scope() {
    return scope;
  }

  String text() {
    return text;
  }

  RecordHeaders headers(long index) {
    return new RecordHeaders(
        new Header[] {
          scopeHeader,
          keyHeader,
          header(
              RecordHeader.IDEMPOTENCY_INDEX,
              Long.toString(index).getBytes(StandardCharsets.US_ASCII))
        });
  }

  static Iterable<Header> headers(@Nullable IdempotencyKey key, long index) {
    return key == null ? List.of() : key.headers(index);
  }

  private static Header header(RecordHeader name, byte[] value) {
    return new org.apache.kafka.common.header.internals.RecordHeader(name.key(), value);
  }
}
