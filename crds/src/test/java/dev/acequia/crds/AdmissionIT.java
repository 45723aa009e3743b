package dev.acequia.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.ControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real API server takes and refuses, and what it says. */
class AdmissionIT {
  private static final Path INVALID = Path.of("src/test/resources/invalid");
  private static final String EXPECT = "# expect: ";

  @TempDir static Path folder;
  private static ControlPlane plane;
  private static Kubectl kubectl;

  @BeforeAll
  static void start() throws Exception {
    plane = ControlPlane.startApiServer(folder);
    kubectl = new Kubectl(plane);
    // As a client does that knows no server-side apply: the definition must fit its annotation.
    for (var crd : GeneratedCrd.values()) {
      kubectl.ok("apply", "-f", crd.committed().toString());
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> kubectl.run("get", "datapipelines,datapipelinereplays").exitCode() == 0);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @AfterEach
  void clear() throws Exception {
    kubectl.ok("delete", "datapipelines,datapipelinereplays", "--all");
  }

  static List<String> invalid() throws IOException {
    try (var files = Files.list(INVALID)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".before.yaml"))
          .map(name -> name.replace(".yaml", ""))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void refusesAndSaysWhatToDo(String name) throws Exception {
    var before = INVALID.resolve(name + ".before.yaml");
    if (Files.exists(before)) {
      kubectl.ok("apply", "-f", before.toString());
    }
    var file = INVALID.resolve(name + ".yaml");
    var expected = Files.readAllLines(file).getFirst();
    assertThat(expected).startsWith(EXPECT);

    var result = kubectl.run("apply", "-f", file.toString());

    assertThat(result.exitCode()).as(result.text()).isNotZero();
    assertThat(result.text()).contains(expected.substring(EXPECT.length()));
  }

  @Test
  void fillsInWhatTheModelFillsIn() throws Exception {
    apply(MinimalPipeline.YAML);

    var stored = GeneratedCrd.YAML.readTree(kubectl.ok("get", "dp", "minimal", "-o=yaml"));

    assertThat(stored.get("spec")).isEqualTo(MinimalPipeline.specFilledInByTheModel());
  }

  /** A default that fills an item of a list would make each apply a change. */
  @Test
  void anUnchangedFileIsAppliedUnchanged() throws Exception {
    kubectl.runWith(MinimalPipeline.YAML, "apply", "-f", "-");
    assertThat(kubectl.runWith(MinimalPipeline.YAML, "apply", "-f", "-").text())
        .contains("datapipeline.acequia.dev/minimal unchanged");
  }

  @Test
  void widensTypesAndAddsFields() throws Exception {
    var pipeline = pipeline("{name: a, type: int32}", "{name: b, type: date}");
    apply(pipeline);
    apply(
        pipeline
            .replace("int32", "int64")
            .replace("date", "timestamp")
            .concat("      - {name: c, type: json}\n"));
    apply(pipeline.replace("int32", "decimal").replace("date", "timestamp"));
  }

  @Test
  void givesDecimalsMoreDigitsOrLetsThemHaveAny() throws Exception {
    var pipeline = pipeline("{name: a, type: int32}", "{name: b, type: int64}");
    apply(pipeline);
    apply(
        pipeline
            .replace("int32", "decimal, precision: 12, scale: 2")
            .replace("int64", "decimal, precision: 19"));
    apply(
        pipeline
            .replace("int32", "decimal, precision: 14, scale: 2")
            .replace("int64", "decimal, precision: 38, scale: 0"));
    apply(pipeline.replace("int32", "decimal").replace("int64", "decimal"));
  }

  @Test
  void changesTopicAndCredentials() throws Exception {
    var pipeline = pipeline("{name: a, type: int32}");
    apply(pipeline.replace("store:", "topic: {partitions: 3, retention: 90m}\n  store:"));
    apply(pipeline.replace("store:", "topic: {partitions: 4, retention: 400d}\n  store:"));
    apply(
        pipeline
            .replace("warehouse", "other-warehouse")
            .replace("store:", "topic: {partitions: 4}\n  store:"));
  }

  /** The sum of all rules' cost is bounded at run time, too. */
  @ParameterizedTest
  @ValueSource(strings = {"string", "decimal, precision: 38, scale: 18"})
  void takesTheLargestSchema(String type) throws Exception {
    var fields =
        IntStream.range(0, 500)
            .mapToObj(i -> "{name: %s, type: %s, required: true}".formatted(longName(i), type))
            .toArray(String[]::new);
    var key =
        IntStream.range(484, 500)
            .mapToObj(AdmissionIT::longName)
            .collect(Collectors.joining(", ", "    key: [", "]\n"));
    var pipeline = pipeline(fields).replace("    fields:\n", key + "    fields:\n");
    apply(pipeline);
    apply(pipeline.replace("store:", "description: changed\n  store:"));
  }

  @Test
  void takesEveryKindOfAccess() throws Exception {
    var pipeline = pipeline("{name: a, type: int32}");
    apply(
        pipeline.replace(
            "store:",
            """
            api:
                auth:
                  apiKeysSecretName: keys
                  oidc: {issuer: "http://127.0.0.1:8080/realm", audience: flights, queryScopes: [r]}
                rateLimit: {requestsPerSecond: 5, burst: 10}
                tls: {secretName: tls, clientCaSecretName: ca}
                cors: {allowedOrigins: ["https://app.example.com", "http://[::1]:8080", "*"]}
              store:\
            """
                .stripTrailing()));
    assertThat(kubectl.ok("get", "dp", "flights", "-o=jsonpath={.spec.api.auth.oidc}"))
        .contains(
            "\"ingestScopes\":[\"ingest\"]",
            "\"queryScopes\":[\"r\"]",
            "\"scopesClaim\":\"scope\"");
    apply(pipeline); // open again
  }

  @Test
  void takesEveryKindOfLake() throws Exception {
    var catalogs =
        List.of(
            "jdbc: {secretName: catalog}",
            "glue: {catalogId: \"123456789012\"}",
            "rest: {uri: https://catalog.example.com/v1, warehouse: main, secretName: client}");
    for (var i = 0; i < catalogs.size(); i++) {
      apply(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipeline
          metadata: {name: lake-%d, namespace: default}
          spec:
            schema: {fields: [{name: at, type: timestamp}, {name: carrier, type: string}]}
            store:
              lake:
                location: %s
                catalog: {%s}
                region: us-west-2
                endpoint: https://minio.example.com:9000
                secretName: keys
                commitInterval: 5m
                partitionBy: [{field: at, transform: month}, {field: carrier, transform: bucket, width: 8}]
                query: {engine: duckdb, cache: 64Mi}
          """
              .formatted(
                  i, i == 0 ? "file:///data/lake" : "s3://analytics/flights", catalogs.get(i)));
    }
    assertThat(kubectl.ok("get", "dp", "lake-1", "-o=jsonpath={.spec.slo.freshness}")).isEmpty();
  }

  @Test
  void takesATableOfItems() throws Exception {
    apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: items, namespace: default}
        spec:
          schema: {fields: [{name: at, type: timestamp, required: true}, {name: carrier, type: string, required: true}]}
          store:
            dynamodb:
              table: ops.flights-2013_all
              region: us-west-2
              endpoint: https://dynamodb.example.com:8000
              secretName: keys
              indexes: [{name: by-carrier, hash: carrier, range: at}, {name: by-at, hash: at}]
              ttlField: at
              create: false
              billing: {read: 5, write: 10}
        """);
    assertThat(kubectl.ok("get", "dp", "items", "-o=jsonpath={.spec.store.dynamodb.create}"))
        .isEqualTo("false");
  }

  @Test
  void takesReplaysAndShowsTheirColumns() throws Exception {
    for (var spec :
        List.of(
            "from: {earliest: true}",
            "from: {time: \"2026-11-23T06:00:00.5+01:00\"}\n  to: {time: \"2026-11-23T06:00:00Z\"}",
            "from: {offsets: [{partition: 0, offset: 5}, {partition: 3, offset: 0}]}\n  dryRun: true")) {
      apply(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipelineReplay
          metadata: {name: replay-%d, namespace: default}
          spec:
            pipeline: flights
            %s
          """
              .formatted(spec.length(), spec));
    }
    assertThat(kubectl.ok("get", "dpr"))
        .matches("(?s)NAME +PIPELINE +READY +REASON +DONE +OF +AGE\n.*");
    assertThat(kubectl.ok("get", "dpr", "-o=wide"))
        .matches("(?s)NAME +PIPELINE +READY +REASON +DONE +OF +AGE +DRY-RUN +MESSAGE\n.*");
    assertThat(kubectl.ok("explain", "dpr.spec.from.time")).contains("RFC 3339");
  }

  /** The sum of all rules' cost is bounded at run time, too. */
  @Test
  void takesAReplayOfTheLargestTopic() throws Exception {
    var offsets =
        IntStream.range(0, 1000)
            .mapToObj("{partition: %1$d, offset: 92233720368547%1$05d}"::formatted)
            .collect(Collectors.joining(", ", "[", "]"));
    var replay =
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipelineReplay
        metadata: {name: large, namespace: default}
        spec:
          pipeline: flights
          from: {offsets: %1$s}
          to: {offsets: %1$s}
        """
            .formatted(offsets);
    apply(replay);
    apply(replay);
  }

  @Test
  void scalesConsumers() throws Exception {
    apply(MinimalPipeline.YAML);
    kubectl.ok("scale", "dp/minimal", "--replicas=2");
    assertThat(kubectl.ok("get", "dp", "minimal", "-o=jsonpath={.spec.consumer.replicas}"))
        .isEqualTo("2");
    assertThat(kubectl.run("scale", "dp/minimal", "--replicas=1001").text())
        .contains("should be less than or equal to 1000");
  }

  @Test
  void showsItsColumnsAndExplainsItself() throws Exception {
    apply(MinimalPipeline.YAML);
    assertThat(kubectl.ok("get", "dp")).matches("(?s)NAME +READY +REASON +ENDPOINT +AGE\n.*");
    assertThat(kubectl.ok("get", "acequia", "-o=wide"))
        .matches("(?s)NAME +READY +REASON +ENDPOINT +AGE +TOPIC +STORE +MODE +CONSUMERS\n.*");
    assertThat(kubectl.ok("explain", "dp.spec.consumer"))
        .contains("replicas", "Default 1.")
        .containsPattern("May\\s+change\\s+at\\s+any\\s+time");
  }

  private static void apply(String pipeline) throws Exception {
    var result =
        kubectl.runWith(pipeline, "apply", "--server-side", "--force-conflicts", "-f", "-");
    assertThat(result.exitCode()).as(result.text()).isZero();
  }

  private static String pipeline(String... fields) {
    return """
    apiVersion: acequia.dev/v1alpha1
    kind: DataPipeline
    metadata:
      name: flights
      namespace: default
    spec:
      store: {postgres: {secretName: warehouse}}
      schema:
        fields:
    """
        + Stream.of(fields).map(f -> "      - " + f + "\n").collect(Collectors.joining());
  }

  private static String longName(int i) {
    return "f%062d".formatted(i);
  }
}
