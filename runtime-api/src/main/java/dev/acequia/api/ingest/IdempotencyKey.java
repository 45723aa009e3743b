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
 * The request's {@code Idempotency-Key}: with a record's index in its body it names the record, so
 * that the consumer stores it once however often it is sent.
 */
record IdempotencyKey(byte[] bytes) {
  static final String HEADER = "Idempotency-Key";

  private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]{1,255}");

  /**
   * Checks a header's value.
   *
   * @return null when there is none
   */
  static @Nullable IdempotencyKey parse(@Nullable String value) {
    if (value == null) {
      return null;
    }
    if (!VISIBLE_ASCII.matcher(value).matches()) {
      throw new ProblemException(
          ProblemType.INVALID_REQUEST, "An Idempotency-Key has 1 to 255 visible ASCII characters.");
    }
    return new IdempotencyKey(value.getBytes(StandardCharsets.US_ASCII));
  }

  Iterable<Header> headers(long index) {
    return new RecordHeaders()
        .add(RecordHeader.IDEMPOTENCY_KEY.key(), bytes)
        .add(
            RecordHeader.IDEMPOTENCY_INDEX.key(),
            Long.toString(index).getBytes(StandardCharsets.US_ASCII));
  }

  static Iterable<Header> headers(@Nullable IdempotencyKey key, long index) {
    return key == null ? List.of() : key.headers(index);
  }
}
