package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.local.node.KubeletEndpoint.LogSource;
import dev.acequia.local.node.KubeletEndpoint.NoLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeletEndpointIT {
  private static final String PASSWORD = "only-for-this-test";

  @TempDir Path folder;

  @Test
  void answersWithLogsOrWithTheReasonWhyThereAreNone() throws Exception {
    try (var endpoint = endpoint(Optional.empty())) {
      assertThat(get(endpoint, "/containerLogs/ops/talks/main?tailLines=1", null))
          .isEqualTo("200 two\n");
      assertThat(get(endpoint, "/containerLogs/ops/silent/main", null))
          .isEqualTo("404 pod \"silent\" does not exist\n");
      assertThat(get(endpoint, "/containerLogs/ops/talks/main?tailLines=x", null))
          .isEqualTo("400 tailLines is no number: x\n");
      assertThat(get(endpoint, "/exec/ops/talks/main", null)).startsWith("501 exec is not");
    }
  }

  @Test
  void letsInNobodyButTheClientsOfTheAuthority() throws Exception {
    var client = folder.resolve("client.p12");
    keytool("-genkeypair", "-alias", "client", "-keyalg", "EC", "-dname", "CN=api", client);
    var authority = folder.resolve("client.pem");
    keytool("-exportcert", "-rfc", "-alias", "client", "-file", authority.toString(), client);

    try (var endpoint = endpoint(Optional.of(authority))) {
      assertThat(get(endpoint, "/containerLogs/ops/talks/main", keys(client)))
          .isEqualTo("200 one\ntwo\n");
      assertThatThrownBy(() -> get(endpoint, "/containerLogs/ops/talks/main", null))
          .isInstanceOf(IOException.class);
    }
  }

  private KubeletEndpoint endpoint(Optional<Path> authority) throws Exception {
    var file = folder.resolve("talks_0.log");
    try (var log = new LogWriter(file, LogFiles.MAX_FILE_BYTES)) {
      log.copy(new ByteArrayInputStream("one\ntwo\n".getBytes(StandardCharsets.UTF_8)));
    }
    return KubeletEndpoint.start(
        0,
        Files.createDirectories(folder.resolve("work")),
        authority,
        (_, pod, _, _) -> {
          if (!pod.equals("talks")) {
            throw new NoLog(404, "pod \"" + pod + "\" does not exist");
          }
          return new LogSource(file, () -> false);
        });
  }

  private static String get(
      KubeletEndpoint endpoint, String path, KeyManager @Nullable [] clientKeys) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(clientKeys, TrustAll.managers(), null);
    var url = URI.create("https://127.0.0.1:" + endpoint.port() + path).toURL();
    var connection = (HttpsURLConnection) url.openConnection();
    connection.setSSLSocketFactory(context.getSocketFactory());
    connection.setHostnameVerifier((_, _) -> true);
    var code = connection.getResponseCode();
    try (var in = code < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return code + " " + new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static KeyManager[] keys(Path store) throws Exception {
    var keys = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    return managers.getKeyManagers();
  }

  private static void keytool(Object... arguments) throws Exception {
    var command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    for (var i = 0; i < arguments.length - 1; i++) {
      command.add(arguments[i].toString());
    }
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore"));
    command.add(arguments[arguments.length - 1].toString());
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
