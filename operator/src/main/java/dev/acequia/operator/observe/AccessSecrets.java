package dev.acequia.operator.observe;

import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.AccessPlan;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that say who may use the API.
 *
 * @param version changes with any of them; empty when the spec names none
 * @param trouble what keeps the API from serving anyone, each a sentence for a person
 * @param notes entries that count for no key, each a sentence for a person
 */
public record AccessSecrets(String version, List<String> trouble, List<String> notes) {
  public AccessSecrets {
    trouble = List.copyOf(trouble);
    notes = List.copyOf(notes);
  }

  /** Reads them. */
  public static AccessSecrets read(KubernetesClient client, DataPipeline pipeline) {
    var access = AccessPlan.of(pipeline.getSpec());
    var versions = new ArrayList<String>();
    var found = new TreeMap<String, Secret>();
    for (var name : access.secrets()) {
      var secret =
          client.secrets().inNamespace(pipeline.getMetadata().getNamespace()).withName(name).get();
      versions.add(
          name + ":" + (secret == null ? "absent" : secret.getMetadata().getResourceVersion()));
      if (secret != null) {
        found.put(name, secret);
      }
    }
    var judged = new Judgement(pipeline, found, new ArrayList<>(), new ArrayList<>());
    judged.keys(access.keysSecret(), access.settings().oidc() != null);
    judged.files(access.tlsSecret(), "tls.crt", "tls.key");
    judged.files(access.clientCaSecret(), "ca.crt");
    judged.values(access.sources().snsSecret(), "a password for raw delivery of SNS");
    judged.values(access.sources().firehoseSecret(), "an access key for Data Firehose");
    return new AccessSecrets(String.join(",", versions), judged.trouble(), judged.notes());
  }

  private record Judgement(
      DataPipeline pipeline, Map<String, Secret> found, List<String> trouble, List<String> notes) {

    void keys(@Nullable String name, boolean othersMayCall) {
      if (name == null) {
        return;
      }
      var secret = found.get(name);
      var usable = 0;
      var entries =
          Optional.ofNullable(secret).map(Secret::getData).<Map<String, String>>map(TreeMap::new);
      for (var entry : entries.orElse(Map.of()).entrySet()) {
        try {
          if (!ApiKey.isId(entry.getKey())) {
            throw new IllegalArgumentException("has a name that is not one of a key");
          }
          var _ =
              ApiKeyEntry.fromJson(
                  new String(Base64.getDecoder().decode(entry.getValue()), StandardCharsets.UTF_8));
          usable++;
        } catch (IllegalArgumentException e) {
          notes.add(
              "Entry '%s' of Secret '%s' counts for no key: it %s"
                  .formatted(entry.getKey(), name, e.getMessage()));
        }
      }
      if (usable == 0 && !othersMayCall) {
        trouble.add(
            "Nobody can call the API: Secret '%s' %s; './acequia keys create %s -n %s' makes a key"
                .formatted(
                    name,
                    secret == null ? "does not exist" : "holds no key",
                    pipeline.getMetadata().getName(),
                    pipeline.getMetadata().getNamespace()));
      }
    }

    void values(@Nullable String name, String what) {
      if (name == null) {
        return;
      }
      var secret = found.get(name);
      if (secret == null || secret.getData() == null || secret.getData().isEmpty()) {
        trouble.add(
            "Secret '%s' %s: each of its values is %s; create one"
                .formatted(name, secret == null ? "does not exist" : "is empty", what));
      }
    }

    void files(@Nullable String name, String... files) {
      if (name == null) {
        return;
      }
      var secret = found.get(name);
      for (var file : files) {
        if (secret == null || secret.getData() == null || !secret.getData().containsKey(file)) {
          trouble.add(
              "Secret '%s' %s: create it with %s in PEM"
                  .formatted(
                      name,
                      secret == null ? "does not exist" : "lacks " + file,
                      String.join(" and ", files)));
          return;
        }
      }
    }
  }
}
