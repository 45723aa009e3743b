package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaServerIT {
  @TempDir Path folder;

  @Test
  void keepsTopicsAndPortAfterItWasKilled() throws Exception {
    String address;
    try (var kafka = KafkaServer.start(folder)) {
      address = kafka.bootstrapServers();
      try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
        admin
            .createTopics(List.of(new NewTopic("kept", Optional.of(3), Optional.empty())))
            .all()
            .get(20, TimeUnit.SECONDS);
      }
      try (var producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", address, "acks", "all"),
              new StringSerializer(),
              new StringSerializer())) {
        producer.send(new ProducerRecord<>("kept", 0, "k", "v")).get(20, TimeUnit.SECONDS);
      }
      kafka.kill();
    }

    try (var kafka = KafkaServer.start(folder);
        var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      assertThat(kafka.bootstrapServers()).isEqualTo(address);
      assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).contains("kept");
    }
    assertThat(ProcessRecord.readAll(folder.resolve("run"))).isEmpty();
  }

  @Test
  void namesTheBusyPort() throws Exception {
    var port = Ports.keptIn(folder).of("kafka");
    try (var other = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(() -> KafkaServer.start(folder))
          .isInstanceOf(ServerException.class)
          .hasMessageContaining("Port " + other.getLocalPort() + ", which Kafka needs, is in use");
    }
  }

  @Test
  void showsTheLogWhenItDoesNotComeUp() {
    assertThatThrownBy(
            () ->
                KafkaServer.start(
                    Home.at(folder),
                    Ports.keptIn(folder),
                    new KafkaSettings(List.of(), Map.of("num.io.threads", "none"))))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("kafka ended with code")
        .hasMessageContaining("num.io.threads");
  }
}
