package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaServer;
import java.util.Map;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class CarefulReaderIT {
  private static final String TOPIC = "careful.epochs";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private static void send(KafkaServer kafka, int records) {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (var i = 0; i < records; i++) {
        producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[] {'x'}));
      }
    }
  }

  /** As after a truncation, when the log has grown past the stored offset again. */
  @Test
  void readsNothingOfAnotherLogThanTheOneThatWasRead() throws Exception {
    var folder = Ephemeral.folder("careful-reader-it");
    var kafka = KafkaServer.start(folder);
    var clients = KafkaClientsIT.clients(kafka, TOPIC);
    send(kafka, 5);
    kafka.stop();
    kafka = KafkaServer.start(folder); // the next leader's epoch begins at offset 5
    try {
      send(kafka, 5);
      var reader = new CarefulReader(clients::carefulConsumer, new ConsumerHealth());
      var first = reader.read(PARTITION, new LogPosition(0, null), new HeldBytes()).records();
      var before = first.get(4).leaderEpoch().orElseThrow();
      var after = first.get(5).leaderEpoch().orElseThrow();
      assertThat(after).isGreaterThan(before);

      assertThat(reader.read(PARTITION, new LogPosition(5, before), new HeldBytes()).records())
          .hasSize(5);
      assertThat(reader.read(PARTITION, new LogPosition(7, after), new HeldBytes()).next())
          .isEqualTo(new LogPosition(10, after));
      assertThatThrownBy(() -> reader.read(PARTITION, new LogPosition(7, before), new HeldBytes()))
          .isInstanceOf(LogTruncationException.class);
    } finally {
      kafka.close();
    }
  }
}
