package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.api.ingest.TopicWriter;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.Termination;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaSecurity;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import dev.acequia.stores.StoreReader;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.support.GenericApplicationContext;

/** An API whose log-on a real broker refuses. */
class KafkaRefusalIT {
  @Test
  void endsBeforeItWasReady() {
    var folder = Ephemeral.folder("api-refusal");
    var security = KafkaSecurity.scram(folder.resolve("security"), false);
    try (var kafka =
        KafkaServer.start(
            Home.at(folder.resolve("kafka")),
            Ports.keptIn(folder.resolve("kafka")),
            KafkaSettings.small().withSecurity(security))) {
      var settings = new HashMap<>(security.administrator());
      settings.put("bootstrap.servers", kafka.bootstrapServers());
      settings.put(
          "sasl.jaas.config",
          String.valueOf(settings.get("sasl.jaas.config"))
              .replace(security.password(), "a wrong one"));
      List<Termination> ends = new CopyOnWriteArrayList<>();
      try (var topic = new TopicWriter(new KafkaConnection(settings), "pod", "ops.flights")) {
        var readiness = new Readiness(topic, nowhere(), Duration.ZERO, ends::add);
        readiness.onApplicationEvent(
            new ApplicationReadyEvent(
                new SpringApplication(KafkaRefusalIT.class),
                new String[0],
                new GenericApplicationContext(),
                Duration.ZERO));
        await().atMost(Duration.ofSeconds(30)).until(() -> !ends.isEmpty());
        assertThat(readiness.trouble()).isPresent();
      }
      assertThat(ends.getFirst().reason()).isEqualTo(Termination.Reason.KafkaRefused);
      assertThat(ends.getFirst().message())
          .contains("SaslAuthenticationException", "invalid credentials");
    }
  }

  private static StoreReader nowhere() {
    return (StoreReader)
        Proxy.newProxyInstance(
            StoreReader.class.getClassLoader(),
            new Class<?>[] {StoreReader.class},
            (_, method, _) -> {
              throw new IllegalStateException("the store was asked: " + method.getName());
            });
  }
}
