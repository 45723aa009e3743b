package dev.acequia.local.platform;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.acequia.local.CommandException;
import dev.acequia.servers.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * What a platform chose for itself at its first start and keeps, so that addresses that people and
 * programs have noted stay right, and two platforms on one machine do not meet.
 *
 * @param podAddresses the first address of the /24 within 127/8 that Pods get theirs from
 * @param firstPort the servers' ports begin here, and the Services' node ports follow
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record PlatformChoices(String podAddresses, int firstPort) {
  /** In the order of their ports, which never changes: it is kept by position. */
  private static final List<String> SERVERS =
      List.of(
          "kube-apiserver",
          "kafka",
          "postgres",
          "kubelet",
          "etcd",
          "etcd-peer",
          "kafka-controller",
          "kube-controller-manager",
          "kube-scheduler",
          "s3",
          "dynamodb",
          "bigquery",
          "bigquery-rows");

  /** Every block of this size has room for the servers, for more to come, and for node ports. */
  private static final int BLOCK = 200;

  private static final int FIRST_NODE_PORT = 20;

  /** Below the ports that the system hands out to clients. */
  private static final int LOWEST = 12_000;

  private static final int HIGHEST = 28_000;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** The folder's choices; made and written down when it has none yet. */
  static PlatformChoices in(PlatformFiles files) {
    try {
      if (Files.exists(files.choices())) {
        return JSON.readValue(files.choices().toFile(), PlatformChoices.class);
      }
      Files.createDirectories(files.folder());
      var choices = choose();
      var unfinished = files.choices().resolveSibling("platform.json.new");
      JSON.writeValue(unfinished.toFile(), choices);
      Files.move(unfinished, files.choices());
      return choices;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Ports ports() {
    var ports = new TreeMap<String, Integer>();
    SERVERS.forEach(name -> ports.put(name, port(name)));
    return Ports.fixed(ports);
  }

  int port(String server) {
    return firstPort + SERVERS.indexOf(server);
  }

  /** As kube-apiserver takes it, {@code 12020-12199}. */
  String nodePorts() {
    return "%d-%d".formatted(firstPort + FIRST_NODE_PORT, firstPort + BLOCK - 1);
  }

  /**
   * Makes sure that nobody else listens where the servers will.
   *
   * @throws CommandException names the port and what it is for
   */
  void requireFreePorts(Path file) {
    for (var server : SERVERS) {
      if (!Ports.becomesFree(port(server))) {
        throw new CommandException(
            ("Port %d, which is this platform's for %s, is in use by another program. Stop that"
                    + " program, or delete %s to have other ports chosen (what pipelines are"
                    + " reached by changes then).")
                .formatted(port(server), server, file));
      }
    }
  }

  private static PlatformChoices choose() {
    var random = ThreadLocalRandom.current();
    for (var attempt = 0; attempt < 200; attempt++) {
      var first = LOWEST + random.nextInt((HIGHEST - LOWEST) / BLOCK) * BLOCK;
      if (IntStream.range(first, first + BLOCK).allMatch(Ports::isFree)) {
        return new PlatformChoices(
            "127.%d.%d.0".formatted(random.nextInt(16, 250), random.nextInt(1, 255)), first);
      }
    }
    throw new CommandException(
        "No %d free ports in a row between %d and %d on 127.0.0.1."
            .formatted(BLOCK, LOWEST, HIGHEST));
  }
}
