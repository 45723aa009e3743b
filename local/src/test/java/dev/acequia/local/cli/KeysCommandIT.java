package dev.acequia.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import dev.acequia.servers.ControlPlane;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code keys} writes to a real API server. */
class KeysCommandIT {
  @TempDir private static Path folder;
  private static ControlPlane plane;
  private static KubernetesClient client;

  @BeforeAll
  static void start() throws Exception {
    plane = ControlPlane.startApiServer(folder);
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(plane.kubeconfig())))
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    plane.close();
  }

  @BeforeEach
  void clear() {
    client.secrets().inNamespace("default").withName("flights-keys").delete();
  }

  private static CommandLineRun keys(String... arguments) {
    var all = new ArrayList<>(List.of("keys"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--kubeconfig", plane.kubeconfig().toString(), "-n", "default"));
    all.addAll(List.of("--secret", "flights-keys"));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static Secret secret() {
    return client.secrets().inNamespace("default").withName("flights-keys").get();
  }

  private static ApiKeyEntry entry(String id) {
    return ApiKeyEntry.fromJson(
        new String(Base64.getDecoder().decode(secret().getData().get(id)), StandardCharsets.UTF_8));
  }

  @Test
  void printsTheKeyOnceAndKeepsItsHash() {
    var run = keys("create", "flights", "loader", "--scope", "ingest", "--expires", "90d");

    assertThat(run.exitCode()).as(run.err()).isZero();
    var key = ApiKey.parse(run.out().strip()).orElseThrow();
    assertThat(key.id()).isEqualTo("loader");
    assertThat(run.err()).contains("Key loader in Secret flights-keys").doesNotContain(key.text());
    var entry = entry("loader");
    assertThat(entry.isOf(key)).isTrue();
    assertThat(entry.scopes()).containsExactly(Scope.INGEST);
    assertThat(Duration.between(Instant.now(), entry.expires()).toDays()).isBetween(89L, 90L);
    assertThat(secret().toString()).doesNotContain(key.text());

    var listed = keys("list", "flights");
    assertThat(listed.out())
        .containsPattern("NAME +SCOPES +CREATED +EXPIRES\nloader +ingest +20\\S+Z +20\\S+Z\n")
        .doesNotContain(key.text());
  }

  @Test
  void severalKeysStandSideBySideAndEachIsRevokedAlone() {
    var first = ApiKey.parse(keys("create", "flights", "first").out().strip()).orElseThrow();
    var second = ApiKey.parse(keys("create", "flights").out().strip()).orElseThrow();
    assertThat(second.id()).matches("key-[0-9a-f]{8}");
    assertThat(entry("first").scopes()).hasSize(2);

    var again = keys("create", "flights", "first");
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("has a key first already");
    assertThat(again.out()).isEmpty();
    assertThat(entry("first").isOf(first)).isTrue();

    assertThat(keys("revoke", "flights", "first").out())
        .isEqualTo("Key first of Secret flights-keys is revoked.\n");
    assertThat(secret().getData()).containsOnlyKeys(second.id());
    assertThat(keys("revoke", "flights", "first").err()).contains("has no key first");
  }

  @Test
  void nobodyLosesAKeyWhenManyAreMadeAtOnce() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<CommandLineRun>> creations =
          List.of(
              () -> keys("create", "flights", "a"),
              () -> keys("create", "flights", "b"),
              () -> keys("create", "flights", "c"));
      for (var creation : threads.invokeAll(creations)) {
        assertThat(creation.get().exitCode()).as(creation.get().err()).isZero();
      }
    }
    assertThat(secret().getData()).containsOnlyKeys("a", "b", "c");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(keys("create", "flights", "Loader").err())
        .contains("'Loader': a key's name has at most 40 characters");
    assertThat(keys("create", "flights", "--scope", "admin").err())
        .contains("a scope is one of ingest, query");
    assertThat(keys("create", "flights", "--expires", "soon").err()).contains("such as 90d");
    assertThat(keys("create", "flights", "--expires", "2020-01-01T00:00:00Z").err())
        .contains("that time is past");
    assertThat(secret()).isNull();
    assertThat(keys("list", "flights").err()).contains("holds no keys");
    assertThat(keys("revoke", "flights", "loader").err()).contains("has no key loader");

    client
        .resource(
            new io.fabric8.kubernetes.api.model.SecretBuilder()
                .withNewMetadata()
                .withName("flights-keys")
                .withNamespace("default")
                .endMetadata()
                .addToStringData("loader", "{\"sha256\":\"\",\"scopes\":[\"query\"]}")
                .build())
        .create();
    assertThat(keys("list", "flights").out())
        .contains(
            "loader                   counts for no key: it has a sha256 that is not 64 hexadecimal digits");
  }
}
