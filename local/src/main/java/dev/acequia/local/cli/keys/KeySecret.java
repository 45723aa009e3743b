package dev.acequia.local.cli.keys;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.local.CommandException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The Secret that holds a pipeline's API keys; others may write to it at the same time. */
public record KeySecret(KubernetesClient client, String namespace, String name) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int TRIES = 5;

  /** The entries' text by the keys' ids; empty when there is no such Secret. */
  public Map<String, String> entries() {
    return find().map(KeySecret::texts).orElse(Map.of());
  }

  /**
   * Adds a key; makes the Secret when there is none.
   *
   * @throws CommandException when a key of this id is there already
   */
  public void add(String id, ApiKeyEntry entry) {
    var value = Base64.getEncoder().encodeToString(entry.toJson().getBytes(StandardCharsets.UTF_8));
    untilNobodyInterferes(
        () -> {
          var found = find();
          if (found.isEmpty()) {
            create(id, value);
          } else if (texts(found.get()).containsKey(id)) {
            throw new CommandException(
                "Secret %s has a key %s already; choose another name, or revoke that one first"
                    .formatted(name, id));
          } else {
            patch(found.get(), id, value);
          }
        });
  }

  /**
   * Removes a key.
   *
   * @throws CommandException when there is none of this id
   */
  public void remove(String id) {
    untilNobodyInterferes(
        () -> {
          var found = find();
          if (found.isEmpty() || !texts(found.get()).containsKey(id)) {
            throw new CommandException(
                "Secret %s in namespace %s has no key %s; see: ./acequia keys list"
                    .formatted(name, namespace, id));
          }
          patch(found.get(), id, null);
        });
  }

  private static void untilNobodyInterferes(Runnable attempt) {
    for (var tries = 1; ; tries++) {
      try {
        attempt.run();
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private Resource<Secret> resource() {
    return client.secrets().inNamespace(namespace).withName(name);
  }

  private Optional<Secret> find() {
    return Optional.ofNullable(resource().get());
  }

  private void create(String id, String value) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withType("Opaque")
                .addToData(id, value)
                .build())
        .create();
  }

  /** Changes this one entry of the Secret as it was read. */
  private void patch(Secret read, String id, @Nullable String value) {
    var data = new HashMap<String, @Nullable String>();
    data.put(id, value);
    try {
      resource()
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              JSON.writeValueAsString(
                  Map.of(
                      "metadata",
                      Map.of("resourceVersion", read.getMetadata().getResourceVersion()),
                      "data",
                      data)));
    } catch (JacksonException e) {
      throw new IllegalStateException("a patch is always JSON", e);
    }
  }

  private static Map<String, String> texts(Secret secret) {
    var texts = new TreeMap<String, String>();
    if (secret.getData() != null) {
      secret
          .getData()
          .forEach(
              (id, value) ->
                  texts.put(
                      id, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
    }
    return texts;
  }
}
