package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaConnectionTest {
  @TempDir private Path folder;

  private KafkaConnection read(String properties) throws Exception {
    var file = Files.writeString(folder.resolve("kafka.properties"), properties);
    return KafkaConnection.fromEnvironment(
        Map.of("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092", "KAFKA_PROPERTIES_FILE", file.toString()));
  }

  @Test
  void isTheSameLogOnWhateverAddressTheFileNames() throws Exception {
    var one = read("sasl.mechanism=PLAIN\n");
    assertThat(one.settings()).containsEntry("bootstrap.servers", "kafka:9092");
    assertThat(read("sasl.mechanism=PLAIN\nbootstrap.servers=elsewhere:9092\n")).isEqualTo(one);
    assertThat(read("sasl.mechanism=SCRAM-SHA-512\n")).isNotEqualTo(one);
  }

  @Test
  void printsNoValue() throws Exception {
    assertThat(read("ssl.keystore.key=secret\n"))
        .hasToString("KafkaConnection[bootstrap.servers, ssl.keystore.key]");
  }
}
