package dev.acequia.consumer.deadletter;

import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.contract.record.SourceCoordinates;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Tells a dead letter that was sent back from a record that comes for the first time. The former
 * keeps the coordinates it had, so that it is stored once however often it is sent. Whoever may
 * write to the topic may set headers, so coordinates are only taken for true where they can be:
 * before the record itself, in the same partition of the same topic, in a generation that its log
 * has had. Then they name a record that was read already, and never one that is yet to come.
 */
public final class RedriveCheck {
  private final TopicDefinition topic;

  public RedriveCheck(TopicDefinition topic) {
    this.topic = topic;
  }

  /**
   * Where a redriven record stood when it was put aside; null for one that comes for the first
   * time, is from another topic, or from this one before it was created again.
   *
   * @param lineage of the partition's log
   * @throws BadRecordException when the headers name a place where it cannot have stood
   */
  public @Nullable Origin originOf(ConsumerRecord<ByteBuffer, ByteBuffer> record, Lineage lineage)
      throws BadRecordException {
    var headers = record.headers().toArray();
    if (headers.length == 0) {
      return null;
    }
    var claimed = SourceCoordinates.read(header -> last(headers, header));
    if (claimed.isEmpty()
        || !claimed.get().topic().equals(topic.name())
        || !claimed.get().topicId().equals(topic.id())) {
      return null;
    }
    var source = claimed.get();
    var said = source.generation();
    var origin =
        new Origin(said == null ? lineage.first() : said, source.partition(), source.offset());
    if (origin.partition() != record.partition()
        || !lineage.canHaveHeld(origin.generation(), origin.offset())
        || !isBefore(origin, lineage.at(record.offset()), record.offset())) {
      throw new BadRecordException(
          ErrorClass.ImpossibleSource,
          null,
          "the headers say that it stood at offset %d of partition %d, in generation %d of its log, which is not before it: send dead letters back with './acequia dead-letters redrive', and new records without acequia-source headers"
              .formatted(origin.offset(), origin.partition(), origin.generation()));
    }
    return origin;
  }

  private static boolean isBefore(Origin origin, int generation, long offset) {
    return origin.generation() < generation
        || origin.generation() == generation && origin.offset() < offset;
  }

  private static byte @Nullable [] last(Header[] headers, RecordHeader wanted) {
    for (var i = headers.length - 1; i >= 0; i--) {
      if (headers[i].key().equals(wanted.key())) {
        return headers[i].value();
      }
    }
    return null;
  }
}
