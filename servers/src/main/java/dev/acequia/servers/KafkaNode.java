package dev.acequia.servers;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/** One process of a Kafka cluster (KRaft): a broker, the controller, or both. */
final class KafkaNode {
  private static final Duration START_LIMIT = Duration.ofMinutes(4);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final int CORRELATION_ID = 1;

  /** What a node does in its cluster. */
  enum Role {
    BOTH("broker,controller"),
    BROKER("broker"),
    CONTROLLER("controller");

    private final String word;

    Role(String word) {
      this.word = word;
    }

    boolean isBroker() {
      return this != CONTROLLER;
    }

    boolean isController() {
      return this != BROKER;
    }
  }

  /**
   * A node's place in its cluster.
   *
   * @param clusterId Kafka's own id of the cluster, the same for all of its nodes
   * @param id the node's number
   * @param port clients', of a broker; the controller's, of a node that is the controller alone
   * @param controllerId the number of the one controller
   * @param controllerPort the controller's
   */
  record Place(String clusterId, int id, int port, int controllerId, int controllerPort) {}

  private final ChildProcess process;
  private final int port;
  private final @Nullable KafkaSecurity security;

  private KafkaNode(ChildProcess process, int port, @Nullable KafkaSecurity security) {
    this.process = process;
    this.port = port;
    this.security = security;
  }

  /**
   * Starts a node, and does not wait for it.
   *
   * @param name of the process and its log
   */
  static KafkaNode start(String name, Home home, Role role, Place place, KafkaSettings settings) {
    home.create();
    try {
      var topics = home.data().resolve("topics");
      if (!Files.exists(topics.resolve("meta.properties"))) {
        format(topics, place, settings.security());
      }
      var configuration = home.data().resolve("server.properties");
      Files.writeString(
          configuration,
          properties(topics, role, place, settings).entrySet().stream()
              .map(entry -> entry.getKey() + "=" + escaped(entry.getValue()) + "\n")
              .collect(Collectors.joining()));
      var logging = home.data().resolve("logback.xml");
      var security = settings.security();
      var audited = security != null && security.isAudited();
      Files.writeString(logging, LOGBACK.formatted(audited ? "debug" : "info"));
      var environment = new HashMap<>(settings.environment());
      environment.put("CLASSPATH", System.getProperty("java.class.path"));
      return new KafkaNode(
          ChildProcess.start(
              name, "java", command(configuration, logging, settings), environment, home),
          place.port(),
          settings.security());
    } catch (IOException e) {
      throw new ServerException("Kafka cannot be started in " + home.data() + ": " + e, e);
    }
  }

  /** Waits until a broker takes part in its cluster. */
  void awaitAnswers() {
    process.awaitReady(START_LIMIT, this::answers);
  }

  ChildProcess process() {
    return process;
  }

  /** Ends it in order. */
  void stop() {
    process.stop(STOP_LIMIT);
  }

  /**
   * Asks for the API versions, the one question of Kafka's protocol that needs no more than these
   * bytes. The broker opens its port early, but answers only when it takes part in the cluster.
   */
  private boolean answers() {
    try (var socket = socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
      socket.setSoTimeout(1000);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(10); // the request's length
      out.writeShort(18); // ApiVersions
      out.writeShort(0); // of the first version
      out.writeInt(CORRELATION_ID);
      out.writeShort(-1); // no client id
      out.flush();
      var in = new DataInputStream(socket.getInputStream());
      return in.readInt() > 0 && in.readInt() == CORRELATION_ID;
    } catch (IOException notYet) {
      return false;
    }
  }

  private Socket socket() throws IOException {
    return security == null ? new Socket() : security.client().getSocketFactory().createSocket();
  }

  private static void format(Path topics, Place place, @Nullable KafkaSecurity security) {
    var output = new ByteArrayOutputStream();
    try {
      new Formatter()
          .setPrintStream(new PrintStream(output, true, StandardCharsets.UTF_8))
          .setNodeId(place.id())
          .setClusterId(place.clusterId())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(topics.toString())
          .addDirectory(topics.toString())
          .setScramArguments(security == null ? List.of() : security.users())
          .run();
    } catch (Exception e) {
      throw new ServerException("Kafka's storage cannot be formatted: " + output, e);
    }
  }

  private static List<String> command(Path configuration, Path logging, KafkaSettings settings) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-Xshare:auto");
    command.addAll(settings.jvmOptions());
    var security = settings.security();
    if (security != null && security.isAudited()) {
      command.add("-Dorg.slf4j.simpleLogger.log.kafka.authorizer.logger=debug");
    }
    command.add("-Dorg.slf4j.simpleLogger.showDateTime=true");
    command.add("-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS");
    command.add("-Dlog4j2.statusLoggerLevel=OFF"); // Log4j's interface is here without Log4j
    command.add("-Dlogback.configurationFile=" + logging);
    command.add("kafka.Kafka");
    command.add(configuration.toString());
    return command;
  }

  private static Map<String, String> properties(
      Path topics, Role role, Place place, KafkaSettings settings) {
    var properties = new LinkedHashMap<String, String>();
    var listeners = new ArrayList<String>();
    if (role.isBroker()) {
      var name = settings.security() == null ? "PLAINTEXT" : KafkaSecurity.LISTENER;
      var address = name + "://127.0.0.1:" + place.port();
      listeners.add(address);
      properties.put("advertised.listeners", address);
      properties.put("inter.broker.listener.name", name);
    }
    if (settings.security() != null) {
      properties.putAll(settings.security().properties());
    }
    if (role.isController()) {
      listeners.add("CONTROLLER://127.0.0.1:" + place.controllerPort());
    }
    properties.put("process.roles", role.word);
    properties.put("node.id", Integer.toString(place.id()));
    properties.put(
        "controller.quorum.voters", place.controllerId() + "@127.0.0.1:" + place.controllerPort());
    properties.put("listeners", String.join(",", listeners));
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("log.dirs", topics.toString());
    properties.put("auto.create.topics.enable", "false");
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    for (var internal :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      properties.put(internal + ".replication.factor", "1");
      properties.put(internal + ".num.partitions", "4");
    }
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    // A consumer that was killed is missed soon, so that another takes its partitions.
    properties.put("group.consumer.min.session.timeout.ms", "3000");
    properties.put("group.consumer.session.timeout.ms", "6000");
    properties.put("group.consumer.min.heartbeat.interval.ms", "1000");
    properties.put("group.consumer.heartbeat.interval.ms", "2000");
    // A pause between assignments is kept by the brokers' clock; one set back would never end it.
    properties.put("group.consumer.assignment.interval.ms", "0");
    // A broker that was killed is let in again only when its old session has passed.
    properties.put("broker.session.timeout.ms", "3000");
    properties.put("broker.heartbeat.interval.ms", "500");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    properties.putAll(settings.properties());
    return properties;
  }

  /** A certificate has several lines. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n");
  }

  /** For class paths that log through Logback, which says everything unless told otherwise. */
  private static final String LOGBACK =
      """
      <configuration>
        <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%%d{HH:mm:ss.SSS} %%level %%logger{0} - %%msg%%n</pattern></encoder>
        </appender>
        <logger name="kafka.authorizer.logger" level="%s"/>
        <root level="info"><appender-ref ref="out"/></root>
      </configuration>
      """;
}
