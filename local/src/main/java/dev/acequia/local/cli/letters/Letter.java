package dev.acequia.local.cli.letters;

import dev.acequia.contract.record.RecordHeader;
import dev.acequia.contract.record.SourceCoordinates;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record of the topic of dead letters. */
public record Letter(ConsumerRecord<byte[], byte[]> record) {

  /** Where the record stood; empty for one that Acequia did not put here. */
  public Optional<SourceCoordinates> source() {
    return SourceCoordinates.read(this::last);
  }

  /** A header's text, null when there is none. */
  public @Nullable String text(RecordHeader header) {
    var value = last(header);
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  /** When it was put aside. */
  public Instant putAside() {
    var said = text(RecordHeader.ERROR_TIME);
    try {
      return said == null ? Instant.ofEpochMilli(record.timestamp()) : Instant.parse(said);
    } catch (DateTimeException e) {
      return Instant.ofEpochMilli(record.timestamp());
    }
  }

  /** What was wrong, as a word; {@code -} when nothing says so. */
  public String errorClass() {
    var said = text(RecordHeader.ERROR_CLASS);
    return said == null ? "-" : said;
  }

  /** The field it is about, and the sentence. */
  public String error() {
    var field = text(RecordHeader.ERROR_FIELD);
    var message = text(RecordHeader.ERROR_MESSAGE);
    return (field == null ? "" : field + ": ") + (message == null ? "" : message);
  }

  private byte @Nullable [] last(RecordHeader header) {
    var found = record.headers().lastHeader(header.key());
    return found == null ? null : found.value();
  }
}
