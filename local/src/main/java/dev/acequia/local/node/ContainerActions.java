package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.HttpsURLConnection;

/**
 * What a Pod lets the node do to a running container, for probes and lifecycle hooks: run a
 * command, get a page, open a connection.
 */
final class ContainerActions {
  private static final int MAX_OUTPUT = 10 << 10;

  /** The outcome, and what it has to say for itself. */
  record Outcome(boolean ok, String output) {}

  private interface Action {
    Outcome run() throws Exception;
  }

  private final Container container;
  private final String podAddress;
  private final ContainerProcess.Launch launch;
  private final MountedPaths paths;

  ContainerActions(
      Container container, String podAddress, ContainerProcess.Launch launch, MountedPaths paths) {
    this.container = container;
    this.podAddress = podAddress;
    this.launch = launch;
    this.paths = paths;
  }

  /** Asks the container once. */
  Outcome probe(Probe probe) throws InterruptedException {
    var seconds = probe.getTimeoutSeconds() == null ? 1 : probe.getTimeoutSeconds();
    var timeout = Duration.ofSeconds(seconds);
    if (probe.getExec() != null) {
      return exec(probe.getExec().getCommand(), timeout);
    }
    if (probe.getHttpGet() != null) {
      return within(timeout, () -> httpGet(probe.getHttpGet(), timeout));
    }
    if (probe.getTcpSocket() != null) {
      return within(timeout, () -> connect(probe.getTcpSocket(), timeout));
    }
    return new Outcome(false, "the local node has no probes of this kind");
  }

  /** Runs a postStart or preStop hook, for as long as it takes. */
  Outcome hook(LifecycleHandler handler) throws InterruptedException {
    var patience = Duration.ofHours(1); // the caller's grace period is what ends a hook
    if (handler.getExec() != null) {
      return exec(handler.getExec().getCommand(), patience);
    }
    if (handler.getHttpGet() != null) {
      return within(patience, () -> httpGet(handler.getHttpGet(), patience));
    }
    if (handler.getSleep() != null) {
      Thread.sleep(Duration.ofSeconds(handler.getSleep().getSeconds()));
      return new Outcome(true, "");
    }
    return new Outcome(false, "the local node has no hooks of this kind");
  }

  private Outcome exec(List<String> command, Duration timeout) throws InterruptedException {
    var words =
        command.stream()
            .map(word -> VariableReferences.expand(word, launch.environment()))
            .map(paths::rewrite)
            .toList();
    Process process;
    try {
      process = launch.process(words).start();
    } catch (IOException e) {
      return new Outcome(false, "command " + words + " cannot be run: " + e.getMessage());
    }
    try {
      var output = new FutureTask<>(() -> process.getInputStream().readNBytes(MAX_OUTPUT));
      Thread.ofPlatform().daemon().name("exec-" + process.pid()).start(output);
      if (!process.waitFor(timeout)) {
        return new Outcome(
            false, "command %s timed out after %ds".formatted(words, timeout.toSeconds()));
      }
      var text = new String(output.get(1, TimeUnit.SECONDS), StandardCharsets.UTF_8).strip();
      return new Outcome(process.exitValue() == 0, text);
    } catch (ExecutionException | TimeoutException e) {
      return new Outcome(process.exitValue() == 0, "");
    } finally {
      ProcessTree.kill(process.toHandle());
      process.destroyForcibly(); // closes our ends of its pipes as well
    }
  }

  private Outcome httpGet(HTTPGetAction get, Duration timeout)
      throws IOException, URISyntaxException {
    var uri = uri(get);
    var connection = (HttpURLConnection) uri.toURL().openConnection();
    try {
      if (connection instanceof HttpsURLConnection https) {
        https.setSSLSocketFactory(TrustAll.socketFactory());
        https.setHostnameVerifier((host, session) -> true);
      }
      connection.setInstanceFollowRedirects(false); // 3xx is an answer, wherever it leads
      connection.setConnectTimeout((int) timeout.toMillis());
      connection.setReadTimeout((int) timeout.toMillis());
      connection.setRequestProperty("User-Agent", "kube-probe/1.36");
      connection.setRequestProperty("Accept", "*/*");
      connection.setRequestProperty("Connection", "close");
      if (get.getHttpHeaders() != null) {
        get.getHttpHeaders()
            .forEach(header -> connection.setRequestProperty(header.getName(), header.getValue()));
      }
      var code = connection.getResponseCode();
      return code >= 200 && code < 400
          ? new Outcome(true, "")
          : new Outcome(false, "HTTP probe failed with statuscode: " + code);
    } catch (IOException e) {
      return new Outcome(false, "Get \"" + uri + "\": " + said(e));
    } finally {
      connection.disconnect();
    }
  }

  private URI uri(HTTPGetAction get) throws URISyntaxException {
    var scheme = get.getScheme() == null ? "http" : get.getScheme().toLowerCase(Locale.ROOT);
    var host = get.getHost() == null || get.getHost().isEmpty() ? podAddress : get.getHost();
    var path = get.getPath() == null ? "/" : get.getPath();
    return new URI(
        scheme
            + "://"
            + host
            + ":"
            + port(get.getPort())
            + (path.startsWith("/") ? "" : "/")
            + path);
  }

  private Outcome connect(TCPSocketAction action, Duration timeout) {
    var host =
        action.getHost() == null || action.getHost().isEmpty() ? podAddress : action.getHost();
    var port = port(action.getPort());
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
      return new Outcome(true, "");
    } catch (IOException e) {
      return new Outcome(false, "dial tcp " + host + ":" + port + ": " + said(e));
    }
  }

  private int port(IntOrString port) {
    if (port.getIntVal() != null) {
      return port.getIntVal();
    }
    return container.getPorts().stream()
        .filter(named -> port.getStrVal().equals(named.getName()))
        .map(named -> named.getContainerPort())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no port named " + port.getStrVal()));
  }

  private static Outcome within(Duration timeout, Action action) throws InterruptedException {
    var task = new FutureTask<>(action::run);
    var thread = Thread.ofVirtual().start(task);
    try {
      return task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return new Outcome(false, said(e.getCause() == null ? e : e.getCause()));
    } catch (TimeoutException e) {
      return new Outcome(false, "no answer within " + timeout.toSeconds() + "s");
    } finally {
      thread.interrupt();
    }
  }

  private static String said(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
