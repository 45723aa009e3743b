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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Secrets that say who may use the API.
 *
 * @param version changes with any of them; empty when the spec names none
 * @param trouble what keeps the API from serving anyone, each a sentence for a person
 * @param notes entries that count for no key, each a sentence for a person
 */
public record AccessSecrets(String version, List<String> trouble, List<String> notes) {
  /** A Secret can have 100,000 entries, and a condition has room for few. */
  private static final int MOST_NOTES = 5;

  /** Of entries that count for no key; to refuse 100,000 takes a second that others wait for. */
  private static final int MOST_REFUSED = 300;

  public AccessSecrets {
    trouble = List.copyOf(trouble);
    notes = List.copyOf(notes);
  }

  /** Reads them, each let go before the next. */
  public static AccessSecrets read(KubernetesClient client, DataPipeline pipeline) {
    var namespace = pipeline.getMetadata().getNamespace();
    return of(
        pipeline,
        (name, judge) ->
            ForeignReads.judge(
                namespace,
                ForeignObject.of(client, Secret.class, namespace, name),
                secret -> {
                  judge.accept(secret);
                  return secret.isPresent();
                }));
  }

  /** Where Secrets of the pipeline's namespace are read. */
  @FunctionalInterface
  interface Source {
    /** Hands over the Secret of this name, or nothing where there is none. */
    void read(String name, Consumer<Optional<Secret>> judge);
  }

  static AccessSecrets of(DataPipeline pipeline, Source source) {
    var access = AccessPlan.of(pipeline.getSpec());
    var versions = new ArrayList<String>();
    var judged = new Judgement(pipeline, new ArrayList<>(), new ArrayList<>());
    for (var name : access.secrets()) {
      source.read(
          name,
          found -> {
            var secret = found.orElse(null);
            versions.add(
                name
                    + ":"
                    + (secret == null ? "absent" : secret.getMetadata().getResourceVersion()));
            judged.all(access, name, secret);
          });
    }
    return new AccessSecrets(String.join(",", versions), judged.trouble(), judged.notes());
  }

  private record Judgement(DataPipeline pipeline, List<String> trouble, List<String> notes) {

    /** One Secret may serve several purposes. */
    void all(AccessPlan access, String name, @Nullable Secret secret) {
      if (name.equals(access.keysSecret())) {
        keys(name, secret, access.settings().oidc() != null);
      }
      if (name.equals(access.tlsSecret())) {
        files(name, secret, "tls.crt", "tls.key");
      }
      if (name.equals(access.clientCaSecret())) {
        files(name, secret, "ca.crt");
      }
      if (name.equals(access.sources().snsSecret())) {
        values(name, secret, "a password for raw delivery of SNS");
      }
      if (name.equals(access.sources().firehoseSecret())) {
        values(name, secret, "an access key for Data Firehose");
      }
    }

    void keys(String name, @Nullable Secret secret, boolean othersMayCall) {
      var usable = 0;
      var unusable = 0;
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
          if (unusable == MOST_REFUSED) {
            notes.add(
                "More than %d entries of Secret '%s' count for no key; those behind entry '%s' were not looked at. Remove those that are none"
                    .formatted(MOST_REFUSED, name, entry.getKey()));
            return; // there may be a key among the others
          }
          unusable++;
          if (unusable <= MOST_NOTES) {
            notes.add(
                "Entry '%s' of Secret '%s' counts for no key: it %s"
                    .formatted(entry.getKey(), name, e.getMessage()));
          }
        }
      }
      if (unusable > MOST_NOTES) {
        notes.add(
            "%d more entries of Secret '%s' count for no key"
                .formatted(unusable - MOST_NOTES, name));
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

    void values(String name, @Nullable Secret secret, String what) {
      if (secret == null || secret.getData() == null || secret.getData().isEmpty()) {
        trouble.add(
            "Secret '%s' %s: each of its values is %s; create one"
                .formatted(name, secret == null ? "does not exist" : "is empty", what));
      }
    }

    void files(String name, @Nullable Secret secret, String... files) {
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
