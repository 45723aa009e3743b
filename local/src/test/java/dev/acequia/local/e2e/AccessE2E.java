package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.SelfSignedCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Keys and certificates of a running API: made, rotated and revoked without a restart. */
@EndToEnd
class AccessE2E {
  private static final String NAMESPACE = "access-e2e";
  private static final String API = "app.kubernetes.io/component=api";
  private static final int CLIENTS = 4;

  /** What a revocation may take, on every replica; without a push to the node it takes a minute. */
  private static final Duration REVOKED_WITHIN = Duration.ofSeconds(20);

  @TempDir private static Path scratch;
  private static Platform platform;

  @BeforeAll
  static void createNamespace(Platform platform) {
    AccessE2E.platform = platform;
    platform.createNamespace(NAMESPACE);
  }

  @Test
  void rotatesKeysWithoutOneFailedRequest(TestReporter reporter) throws Exception {
    platform.kubectl.apply(
        manifest("rotated", "{replicas: 2, auth: {apiKeysSecretName: rotated-keys}}"));
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () -> platform.condition(NAMESPACE, "rotated", "ApiReady"),
            condition -> condition.contains("./acequia keys create rotated -n " + NAMESPACE));
    var key = new AtomicReference<>(create("rotated", "first"));
    platform.awaitReady(NAMESPACE, "rotated");
    assertThat(platform.condition(NAMESPACE, "rotated", "Protected"))
        .startsWith("True ApiKeys Callers need an API key of Secret 'rotated-keys'");
    var endpoint = platform.endpoint(NAMESPACE, "rotated");
    var pods = addresses("rotated");
    assertThat(pods).hasSize(2);
    awaitEverywhere(pods, key.get(), 200);

    var failures = new ConcurrentLinkedQueue<String>();
    var requests = new AtomicInteger();
    var over = new AtomicBoolean();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < CLIENTS; i++) {
        var number = i;
        clients.execute(() -> callOnAndOn(endpoint, number, key, over, requests, failures));
      }
      try {
        for (var name : List.of("second", "third")) {
          var old = key.get();
          var successor = create("rotated", name);
          awaitEverywhere(pods, successor, 200);
          key.set(successor);
          awaitMoreRequests(requests);
          revoke("rotated", old);
          var revoked = System.nanoTime();
          awaitEverywhere(pods, old, 401);
          reporter.publishEntry(
              "refused everywhere after ms",
              Long.toString((System.nanoTime() - revoked) / 1_000_000));
          awaitMoreRequests(requests);
        }
      } finally {
        over.set(true);
      }
    }
    assertThat(failures).isEmpty();
    assertThat(addresses("rotated")).isEqualTo(pods);
    assertThat(
            platform.get(
                NAMESPACE, "pods", ".items[*].status.containerStatuses[*].restartCount", "-l", API))
        .matches("(0 ?)+");

    var log =
        platform.kubectl.run(
            "logs",
            "-n",
            NAMESPACE,
            "-l",
            API + ",app.kubernetes.io/instance=rotated",
            "--tail=-1");
    assertThat(log)
        .containsPattern("rejected GET /v1/records from 127\\.\\S+: 401, there is no key first")
        .doesNotContain(key.get())
        .doesNotContain("acq_");

    // Whoever deletes the Secret has locked everyone out.
    platform.kubectl.run("delete", "secret", "rotated-keys", "-n", NAMESPACE);
    awaitEverywhere(pods, key.get(), 401);
  }

  @Test
  void servesTlsWithTheCertificateThatIsThereNow() throws Exception {
    var first = SelfSignedCertificate.create(scratch, "first", "EC");
    var second = SelfSignedCertificate.create(scratch, "second", "EC");
    applyCertificate(first);
    platform.kubectl.apply(
        manifest(
            "secure", "{tls: {secretName: secure-tls}, auth: {apiKeysSecretName: secure-keys}}"));
    var key = create("secure", "import");
    platform.awaitReady(NAMESPACE, "secure");
    var endpoint = platform.endpoint(NAMESPACE, "secure");
    assertThat(endpoint).startsWith("https://127.0.0.1:");
    awaitServed(endpoint, first, key);
    var pods = addresses("secure");

    var records = Files.writeString(scratch.resolve("records.ndjson"), "{\"id\":1}\n{\"id\":2}\n");
    var authorities = Files.writeString(scratch.resolve("ca.crt"), first.certificatePem());
    assertThat(
            platform.output(
                "import",
                records.toString(),
                "--to",
                endpoint,
                "--api-key",
                key,
                "--cacert",
                authorities.toString()))
        .contains("2");

    applyCertificate(second);
    awaitServed(endpoint, second, key);
    assertThat(addresses("secure")).isEqualTo(pods);
    platform.awaitReady(NAMESPACE, "secure");
  }

  private static void callOnAndOn(
      String endpoint,
      int client,
      AtomicReference<String> key,
      AtomicBoolean over,
      AtomicInteger requests,
      ConcurrentLinkedQueue<String> failures) {
    while (!over.get()) {
      try {
        var request =
            HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
                .timeout(Platform.TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key.get());
        var answer =
            platform.send(
                requests.incrementAndGet() % 2 == 0
                    ? request.GET()
                    : request.POST(
                        HttpRequest.BodyPublishers.ofString("{\"id\":%d}".formatted(client))));
        if (answer.statusCode() != 200) {
          failures.add(answer.statusCode() + " " + answer.body());
        }
      } catch (Exception e) {
        failures.add(e.toString());
      }
    }
  }

  private static void awaitMoreRequests(AtomicInteger requests) {
    var before = requests.get();
    await().atMost(Platform.TIMEOUT).until(() -> requests.get() > before + 50);
  }

  /** Asks each Pod itself, past the Service. */
  private static void awaitEverywhere(List<String> pods, String key, int status) {
    await()
        .atMost(REVOKED_WITHIN)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              for (var pod : pods) {
                var answer =
                    platform.send(
                        HttpRequest.newBuilder(URI.create("http://" + pod + ":8080/v1/records"))
                            .timeout(Platform.TIMEOUT)
                            .header("Authorization", "Bearer " + key));
                assertThat(answer.statusCode()).as(pod).isEqualTo(status);
              }
            });
  }

  private static List<String> addresses(String pipeline) {
    return List.of(
        platform
            .get(
                NAMESPACE,
                "pods",
                ".items[*].status.podIP",
                "-l",
                API + ",app.kubernetes.io/instance=" + pipeline)
            .split(" "));
  }

  private static String create(String pipeline, String name) throws Exception {
    var output =
        platform.output(
            "keys", "create", pipeline, name, "-n", NAMESPACE, "--kubeconfig", kubeconfig());
    return output.lines().filter(line -> line.startsWith("acq_")).findFirst().orElseThrow();
  }

  private static void revoke(String pipeline, String key) throws Exception {
    var name = key.substring("acq_".length(), key.length() - 44);
    assertThat(
            platform.output(
                "keys", "revoke", pipeline, name, "-n", NAMESPACE, "--kubeconfig", kubeconfig()))
        .contains("Key " + name + " of Secret");
  }

  private static String kubeconfig() {
    return platform.environment.kubeconfig().toString();
  }

  private static void applyCertificate(SelfSignedCertificate certificate) throws Exception {
    var crt = Files.writeString(scratch.resolve("tls.crt"), certificate.certificatePem());
    var key = Files.writeString(scratch.resolve("tls.key"), certificate.keyPem());
    var manifest =
        platform.kubectl.run(
            "create",
            "secret",
            "tls",
            "secure-tls",
            "-n",
            NAMESPACE,
            "--cert=" + crt,
            "--key=" + key,
            "--dry-run=client",
            "-o",
            "yaml");
    platform.kubectl.apply(manifest);
  }

  private static void awaitServed(String endpoint, SelfSignedCertificate trusted, String key)
      throws Exception {
    var context = trusted.client(null);
    await()
        .atMost(Platform.TIMEOUT)
        .ignoreExceptionsInstanceOf(java.io.IOException.class)
        .until(
            () -> {
              try (var http = HttpClient.newBuilder().sslContext(context).build()) {
                return http.send(
                        HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
                            .timeout(Platform.TIMEOUT)
                            .header("Authorization", "Bearer " + key)
                            .build(),
                        HttpResponse.BodyHandlers.discarding())
                    .statusCode();
              }
            },
            status -> status == 200);
  }

  private static String manifest(String name, String api) {
    return """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: %s, namespace: %s}
        spec:
          schema: {fields: [{name: id, type: int32, required: true}]}
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 2}
          api: %s
        """
        .formatted(name, NAMESPACE, api);
  }
}
