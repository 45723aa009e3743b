package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.local.cli.Acequia;
import dev.acequia.local.platform.LocalPlatform;
import dev.acequia.local.platform.PlatformEnvironment;
import dev.acequia.local.platform.PlatformFiles;
import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/**
 * The local platform, as its users reach it: kubectl, HTTP, SQL, Kafka and the command line.
 * Closing it deletes the pipelines in the namespaces it made, since a machine has room for so many
 * Pods only. It also fails when the operator lacked a right.
 */
final class Platform implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> namespaces = new ArrayList<>();
  private final Path auditLog;

  /** The folder of the S3 server's bucket {@code lakes}. */
  final Path bucket;

  final Path repository = ControlPlaneBinaries.repositoryRoot();
  final Kubectl kubectl;
  final PlatformEnvironment environment;
  final PlatformFiles files;

  /** Amazon's and Google's addresses, to the platform's APIs. */
  final VendorStandIn vendors;

  Platform(LocalPlatform local, VendorStandIn vendors) {
    this.vendors = vendors;
    files = local.files();
    try {
      environment = local.environment();
      auditLog = local.auditLog();
      bucket = files.folder().resolve("data/s3/buckets/lakes");
      kubectl = Kubectl.on(environment.kubeconfig());
    } catch (IOException e) {
      throw new AssertionError("the platform's files cannot be read", e);
    }
  }

  /** An example of the repository. */
  String example(String file) throws IOException {
    return Files.readString(repository.resolve("examples").resolve(file));
  }

  /** A namespace with the store's Secret in it, as a platform team would hand it out. */
  void createNamespace(String namespace) {
    kubectl.run("create", "namespace", namespace);
    namespaces.add(namespace);
    var secret =
        kubectl
            .run("get", "secret", "warehouse", "-n", "default", "-o", "yaml")
            .lines()
            .filter(line -> !line.matches(" +(namespace|uid|resourceVersion|creationTimestamp):.*"))
            .collect(Collectors.joining("\n"));
    kubectl.apply(secret, "-n", namespace);
  }

  void awaitReady(String namespace, String pipeline) {
    kubectl.run(
        "wait", "--for=condition=Ready", "dp/" + pipeline, "-n", namespace, "--timeout=90s");
  }

  /** One value of an object. */
  String get(String namespace, String object, String jsonPath, String... more) {
    var arguments =
        new ArrayList<>(
            List.of("get", object, "-n", namespace, "-o", "jsonpath={" + jsonPath + "}"));
    arguments.addAll(List.of(more));
    return kubectl.run(arguments.toArray(String[]::new));
  }

  /** Status, reason and message of a condition. */
  String condition(String namespace, String pipeline, String type) {
    var path = ".status.conditions[?(@.type==\"" + type + "\")]";
    return kubectl.run(
        "get",
        "dp/" + pipeline,
        "-n",
        namespace,
        "-o",
        "jsonpath={" + path + ".status} {" + path + ".reason} {" + path + ".message}");
  }

  String endpoint(String namespace, String pipeline) {
    return get(namespace, "dp/" + pipeline, ".status.endpoint");
  }

  /** The body of an answered query, without the line breaks between its rows. */
  String rows(String url) throws Exception {
    var answer = query(url);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body().replaceAll("\\n *", "");
  }

  HttpResponse<String> query(String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> push(String endpoint, String contentType, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
            .timeout(TIMEOUT)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Runs statements. */
  void execute(String... statements) throws SQLException {
    try (var connection = DriverManager.getConnection(jdbc());
        var statement = connection.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The first column of a statement's rows. */
  List<String> sql(String statement) throws SQLException {
    try (var connection = DriverManager.getConnection(jdbc());
        var rows = connection.createStatement().executeQuery(statement)) {
      var values = new ArrayList<String>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private String jdbc() {
    var uri = URI.create(environment.postgresUri());
    var login = uri.getUserInfo().split(":", 2);
    return "jdbc:postgresql://%s:%d%s?user=%s&password=%s"
        .formatted(uri.getHost(), uri.getPort(), uri.getPath(), login[0], login[1]);
  }

  List<String> topics() throws Exception {
    try (var admin = Admin.create(environment.kafka())) {
      return List.copyOf(admin.listTopics().names().get());
    }
  }

  /** What the command line printed; it has to succeed. */
  String output(String... arguments) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command(arguments)).redirectError(Redirect.INHERIT).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** The command line, as a process of its own whose output is this one's. */
  Process acequia(String... arguments) throws IOException {
    return new ProcessBuilder(command(arguments)).inheritIO().start();
  }

  private static List<String> command(String... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Acequia.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The processes of this machine that run a pipeline's Pods of one component. */
  List<ProcessHandle> processes(String namespace, String pipeline, String component)
      throws IOException {
    var selector =
        "app.kubernetes.io/instance=" + pipeline + ",app.kubernetes.io/component=" + component;
    var pods =
        List.of(get(namespace, "pods", ".items[*].metadata.name", "-l", selector).split(" "));
    try (var processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().matches("[0-9]+"))
          .filter(
              process ->
                  pods.stream().anyMatch(pod -> environ(process).contains("POD_NAME=" + pod)))
          .flatMap(
              process ->
                  ProcessHandle.of(Long.parseLong(process.getFileName().toString())).stream())
          .toList();
    }
  }

  private static List<String> environ(Path process) {
    try {
      return List.of(
          Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1).split("\0"));
    } catch (IOException e) {
      return List.of(); // another user's, or gone
    }
  }

  @Override
  public void close() {
    namespaces.forEach(
        namespace ->
            kubectl.tryRun(
                "",
                "delete",
                "dp",
                "--all",
                "-n",
                namespace,
                "--wait=false",
                "--ignore-not-found"));
    http.close();
    assertThat(forbiddenCalls()).as("calls for which the chart's roles give no right").isEmpty();
  }

  private List<String> forbiddenCalls() {
    try (var calls = Files.lines(auditLog)) {
      return calls
          .filter(call -> call.contains("\"authorization.k8s.io/decision\":\"forbid\""))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
