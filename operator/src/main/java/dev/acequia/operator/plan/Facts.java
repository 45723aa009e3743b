package dev.acequia.operator.plan;

import dev.acequia.crds.DataPipelineReplay;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the plan has to know of the world, read before it is made.
 *
 * @param uid the resource's own, for owner references
 * @param topic the data topic as it is in Kafka; null while there is none
 * @param store the administrator's Secret; null while one that the spec names is absent or
 *     incomplete
 * @param writer what the consumer logs on with; null while a Secret that the spec names is absent
 * @param reader what the API logs on with; null while a Secret that the spec names is absent
 * @param kafka what the Pods log on to Kafka with; null where that takes none, or none is there yet
 * @param succeededMigrations names of the Jobs that have done their work
 * @param liveConsumer what the consumer Deployment runs; null while there is none
 * @param liveApi what the API Deployment runs; null while there is none
 * @param replays those of this pipeline
 */
public record Facts(
    @Nullable String uid,
    @Nullable Topic topic,
    @Nullable StoreSecret store,
    @Nullable Login writer,
    @Nullable Login reader,
    @Nullable KafkaLogins kafka,
    Set<String> succeededMigrations,
    @Nullable Release liveConsumer,
    @Nullable Release liveApi,
    Replays replays) {

  public Facts {
    succeededMigrations = Set.copyOf(succeededMigrations);
  }

  /**
   * A pipeline's replays.
   *
   * @param resources all of them, ended ones too
   * @param ended id of the last one that the consumer Deployment was seen to have carried out; null
   *     when there was none
   */
  public record Replays(List<DataPipelineReplay> resources, @Nullable String ended) {
    public static final Replays NONE = new Replays(List.of(), null);

    public Replays {
      resources = List.copyOf(resources);
    }
  }

  /** These facts after one more migration has done its work. */
  public Facts withSucceeded(String job) {
    var succeeded = new HashSet<>(succeededMigrations);
    succeeded.add(job);
    return new Facts(
        uid, topic, store, writer, reader, kafka, succeeded, liveConsumer, liveApi, replays);
  }

  /** A topic's id, in Kafka's 22-character form, and its number of partitions. */
  public record Topic(String id, int partitions) {}

  /**
   * The administrator's Secret.
   *
   * @param uri the store's address without credentials; empty where the spec has it
   * @param hash changes with any of the Secret's values, and of those that are read beside it
   */
  public record StoreSecret(String uri, String hash) {}

  /**
   * A role's name and password; both are empty where nobody logs on.
   *
   * @param hash changes with any of the Secret's values, and of those that are read beside it
   */
  public record Login(String username, String password, String hash) {
    @Override
    public String toString() {
      return "Login[" + username + "]";
    }
  }
}
