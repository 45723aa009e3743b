package dev.acequia.operator.kafka;

import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.MountedFolder;
import dev.acequia.operator.plan.KafkaCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operator logs on to Kafka with: a Secret of its own namespace, in files that the kubelet
 * keeps. New contents are taken up while the operator runs; those that make no log-on are not, and
 * the former ones stay.
 */
public final class KafkaLogin {
  private static final Logger log = LoggerFactory.getLogger(KafkaLogin.class);
  private static final Duration READ_EVERY = Duration.ofSeconds(5);

  private final @Nullable Path folder;
  private final boolean makesUsers;
  private @Nullable KafkaCredentials credentials;
  private @Nullable String refused;
  private long readAt;

  private KafkaLogin(
      @Nullable Path folder, boolean makesUsers, @Nullable KafkaCredentials credentials) {
    this.folder = folder;
    this.makesUsers = makesUsers;
    this.credentials = credentials;
    this.readAt = System.nanoTime();
  }

  /** For a Kafka that takes anyone. */
  public static KafkaLogin none() {
    return new KafkaLogin(null, false, null);
  }

  /**
   * A Secret's files.
   *
   * @param makesUsers whether the operator makes users of SCRAM, whose Pods speak to the same
   *     listener
   * @throws IllegalArgumentException when they make no log-on; says what to do
   */
  public static KafkaLogin in(Path folder, boolean makesUsers) {
    return new KafkaLogin(folder, makesUsers, read(folder, makesUsers));
  }

  /** The newest; empty where Kafka takes anyone. */
  public synchronized Optional<KafkaCredentials> credentials() {
    if (folder != null && System.nanoTime() - readAt > READ_EVERY.toNanos()) {
      readAt = System.nanoTime();
      readAgain(folder);
    }
    return Optional.ofNullable(credentials);
  }

  /** Changes with the credentials; a client that was made with others logs on with those. */
  public String version() {
    return credentials().map(KafkaCredentials::hash).orElse("");
  }

  /** Settings of a client, by Kafka's own names. */
  public Map<String, Object> settings() {
    return credentials()
        .map(known -> new KafkaConnection(known.settings()).with(Map.of()))
        .orElseGet(Map::of);
  }

  private void readAgain(Path from) {
    try {
      var found = read(from, makesUsers);
      if (!found.equals(credentials)) {
        log.info("the log-on to Kafka has changed");
      }
      credentials = found;
      refused = null;
    } catch (IllegalArgumentException | UncheckedIOException e) {
      if (!String.valueOf(e.getMessage()).equals(refused)) {
        refused = String.valueOf(e.getMessage());
        log.error("the former log-on to Kafka stays: {}", refused);
      }
    }
  }

  private static KafkaCredentials read(Path volume, boolean makesUsers) {
    var folder = MountedFolder.version(volume);
    var values = new HashMap<String, String>();
    for (var key : KafkaSecret.KEYS) {
      try {
        values.put(key, Files.readString(folder.resolve(key)));
      } catch (NoSuchFileException e) {
        // The Secret has other keys.
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + folder.resolve(key), e);
      }
    }
    try {
      var found = KafkaSecret.of(values);
      if (makesUsers && found.sasl() == null) {
        throw new IllegalArgumentException(
            "kafka.users: scram-sha-512 needs a listener with SASL, and this is none: log the operator on by a password, or use kafka.users: own");
      }
      return found;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the Secret of platform.kafka.secretName is no log-on to Kafka: " + e.getMessage(), e);
    }
  }
}
