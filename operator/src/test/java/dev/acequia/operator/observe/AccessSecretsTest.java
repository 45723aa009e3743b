package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessSecretsTest {
  private static final DataPipeline PIPELINE =
      Serialization.unmarshal(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipeline
          metadata: {name: flights, namespace: ops}
          spec:
            schema: {fields: [{name: flight, type: int32}]}
            store: {postgres: {secretName: warehouse}}
            api:
              auth: {apiKeysSecretName: keys}
              tls: {secretName: tls, clientCaSecretName: ca}
            sources:
              firehose: {accessKeySecretName: firehose}
          """,
          DataPipeline.class);

  @Test
  void holdsOneSecretAtATime() {
    var handedOver = new ArrayList<WeakReference<Secret>>();
    var secrets =
        AccessSecrets.of(
            PIPELINE,
            (name, judge) -> {
              awaitCollectionOf(handedOver);
              judge.accept(Optional.of(handOver(name, handedOver)));
            });
    awaitCollectionOf(handedOver);
    assertThat(handedOver).hasSize(4);
    assertThat(secrets.version()).isEqualTo("keys:1,tls:1,ca:1,firehose:1");
    assertThat(secrets.trouble()).hasSize(3);
  }

  private static Secret handOver(String name, List<WeakReference<Secret>> handedOver) {
    var secret = secret(name, Map.of("other", "x".repeat(1000)));
    handedOver.add(new WeakReference<>(secret));
    return secret;
  }

  private static void awaitCollectionOf(List<WeakReference<Secret>> secrets) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              System.gc();
              return secrets.stream().allMatch(secret -> secret.get() == null);
            });
  }

  @Test
  void tellsOfFewEntriesThatCountForNoKeyAndCountsTheOthers() {
    var notes = AccessSecrets.of(PIPELINE, only("keys", badKeys(300))).notes();
    assertThat(notes)
        .hasSize(6)
        .last()
        .isEqualTo("295 more entries of Secret 'keys' count for no key");
    assertThat(String.join(". ", notes)).hasSizeLessThan(2000);
  }

  /** Each costs an exception, and other namespaces wait for the turn. */
  @Test
  void looksAtNoMoreThanAFewHundredEntriesThatCountForNoKey() {
    var read = AccessSecrets.of(PIPELINE, only("keys", badKeys(301)));
    assertThat(read.notes())
        .hasSize(6)
        .last()
        .asString()
        .startsWith("More than 300 entries of Secret 'keys' count for no key; those behind entry");
    // There may be a key among the others.
    assertThat(read.trouble()).noneMatch(one -> one.contains("Nobody can call"));
  }

  private static Secret badKeys(int count) {
    var entries = new HashMap<String, String>();
    for (var i = 0; i < count; i++) {
      entries.put("k" + i, "");
    }
    return secret("keys", entries);
  }

  @Test
  void judgesOneSecretForAllThatItServes() {
    var pipeline = Serialization.clone(PIPELINE);
    var read =
        AccessSecrets.of(
            Serialization.unmarshal(
                Serialization.asYaml(pipeline).replace("\"ca\"", "\"tls\""), DataPipeline.class),
            only("tls", secret("tls", Map.of("tls.crt", "", "tls.key", ""))));
    assertThat(read.trouble()).anySatisfy(one -> assertThat(one).contains("'tls' lacks ca.crt"));
    assertThat(read.version()).containsOnlyOnce("tls:");
  }

  private static AccessSecrets.Source only(String name, Secret secret) {
    return (asked, judge) ->
        judge.accept(asked.equals(name) ? Optional.of(secret) : Optional.empty());
  }

  private static Secret secret(String name, Map<String, String> values) {
    var data = new HashMap<String, String>();
    values.forEach(
        (key, value) ->
            data.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withResourceVersion("1")
        .endMetadata()
        .withData(data)
        .build();
  }
}
