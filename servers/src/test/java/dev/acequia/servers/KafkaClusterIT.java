package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaClusterIT {
  @TempDir Path folder;

  @Test
  void takesRecordsThoughABrokerIsKilledAndTakesItBack() throws Exception {
    try (var cluster =
        KafkaCluster.start(Home.at(folder), Ports.keptIn(folder), 3, KafkaSettings.small())) {
      try (var admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
          var producer =
              new KafkaProducer<>(
                  Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "all"),
                  new StringSerializer(),
                  new StringSerializer())) {
        admin
            .createTopics(
                List.of(
                    new NewTopic("kept", 1, (short) 3).configs(Map.of("min.insync.replicas", "2"))))
            .all()
            .get(20, TimeUnit.SECONDS);
        producer.send(new ProducerRecord<>("kept", "k", "1")).get(20, TimeUnit.SECONDS);

        cluster.kill(2);
        assertThat(cluster.isAlive(2)).isFalse();
        producer.send(new ProducerRecord<>("kept", "k", "2")).get(60, TimeUnit.SECONDS);

        cluster.start();
        assertThat(cluster.numbers()).allMatch(cluster::isAlive);
        var last = producer.send(new ProducerRecord<>("kept", "k", "3")).get(60, TimeUnit.SECONDS);
        assertThat(last.offset()).isEqualTo(2);
      }
    }
    assertThat(ProcessRecord.readAll(folder.resolve("run"))).isEmpty();
  }
}
