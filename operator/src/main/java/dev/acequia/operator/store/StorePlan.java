package dev.acequia.operator.store;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.SpecDuration;
import dev.acequia.crds.StoreSpec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A pipeline's store as the operator plans it. */
public sealed interface StorePlan permits PostgresPlan, LakePlan, IdentityPlan {
  /** {@code spec.store} of a pipeline that every platform takes, for each kind, as YAML. */
  List<String> EXAMPLES =
      List.of(
          "{postgres: {secretName: example}}",
          "{lake: {location: 's3://example/example', catalog: {jdbc: {secretName: example}}}}",
          "{dynamodb: {region: us-west-2, secretName: example}}",
          "{bigquery: {project: example, dataset: example, secretName: example}}");

  /** The plan for a spec that has passed {@link #check}. */
  static StorePlan of(DataPipeline pipeline) {
    var metadata = pipeline.getMetadata();
    var store = pipeline.getSpec().store();
    if (store.postgres() != null) {
      return new PostgresPlan(metadata.getNamespace(), metadata.getName(), store.postgres());
    }
    if (store.lake() != null) {
      return new LakePlan(metadata.getNamespace(), metadata.getName(), store.lake());
    }
    if (store.dynamodb() != null) {
      return new DynamoDbPlan(metadata.getNamespace(), metadata.getName(), store.dynamodb());
    }
    if (store.bigquery() != null) {
      return new BigQueryPlan(metadata.getNamespace(), metadata.getName(), store.bigquery());
    }
    throw new IllegalArgumentException("the spec names no store");
  }

  /**
   * Finds what is wrong with the store of a spec whose schema is there.
   *
   * @param localFolders whether records may be in a folder of the Pods' machine
   * @param violations takes a path, such as {@code spec.store}, and what to do about it
   */
  static void check(
      DataPipelineSpec spec, boolean localFolders, BiConsumer<String, String> violations) {
    var store = spec.store();
    var named = named(store);
    if (store == null || named == 0) {
      violations.accept(
          "spec.store",
          "names no store; set spec.store.postgres, spec.store.lake, spec.store.dynamodb or spec.store.bigquery");
    } else if (named > 1) {
      violations.accept("spec.store", "names %d stores; keep one".formatted(named));
    } else if (store.postgres() != null) {
      PostgresPlan.check(spec, store.postgres(), violations);
    } else if (store.lake() != null) {
      LakePlan.check(spec, store.lake(), localFolders, violations);
    } else if (store.dynamodb() != null) {
      DynamoDbPlan.check(spec, store.dynamodb(), violations);
    } else if (store.bigquery() != null) {
      BigQueryPlan.check(spec, store.bigquery(), violations);
    }
  }

  /** The traits of a spec's store; empty where the spec is not valid. */
  static Optional<StoreTraits> traits(@Nullable StoreSpec store) {
    if (store != null && store.postgres() != null) {
      return Optional.of(PostgresPlan.TRAITS);
    }
    if (store != null && store.lake() != null) {
      return LakePlan.traits(store.lake());
    }
    if (store != null && store.dynamodb() != null) {
      return Optional.of(DynamoDbPlan.traits(store.dynamodb()));
    }
    return store != null && store.bigquery() != null
        ? BigQueryPlan.traits(store.bigquery())
        : Optional.empty();
  }

  /**
   * How soon a record can be queried, by the spec's promise or else by the store's pace; empty
   * where the spec is not valid.
   */
  static Optional<Duration> freshness(DataPipelineSpec spec) {
    var promised = spec.slo().freshness();
    if (promised == null) {
      return traits(spec.store()).map(StoreTraits::freshness);
    }
    try {
      return Optional.of(SpecDuration.parse(promised));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The Secrets that a spec names for its store, whether it is valid or not. */
  static Set<String> secrets(@Nullable StoreSpec store) {
    if (store != null && store.postgres() != null) {
      return PostgresPlan.secrets(store.postgres());
    }
    if (store != null && store.lake() != null) {
      return LakePlan.secrets(store.lake());
    }
    if (store != null && store.dynamodb() != null) {
      return DynamoDbPlan.secrets(store.dynamodb());
    }
    return store != null && store.bigquery() != null
        ? BigQueryPlan.secrets(store.bigquery())
        : Set.of();
  }

  /** Whether the spec names a store that this version of the operator knows. */
  static boolean isKnown(DataPipelineSpec spec) {
    return named(spec.store()) > 0;
  }

  private static long named(@Nullable StoreSpec store) {
    return store == null
        ? 0
        : Stream.of(store.postgres(), store.lake(), store.dynamodb(), store.bigquery())
            .filter(Objects::nonNull)
            .count();
  }

  /** The store in the terms of the runtime. */
  StoreDefinition definition();

  /** The Secret that the migration logs on with; null where nobody has to. */
  @Nullable String secret();

  /** The keys that this Secret has to have, of uri, username and password. */
  Set<String> secretKeys();

  /**
   * Whether writer and reader have logins of their own, made or given. Where not, they log on as
   * the migration does.
   */
  boolean hasRoles();

  /** The Secret of a ready writer; null where the migration makes one. */
  @Nullable String readyWriter();

  /** The Secret of a ready reader; null where the migration makes one. */
  @Nullable String readyReader();

  /**
   * The name of a login that the migration makes.
   *
   * @param uri where the store is, without credentials
   * @param installation the operator's name; null where it has none
   */
  String login(Purpose purpose, String uri, @Nullable String installation);

  /** What a login is for. A migration has what a writer has, beside its login. */
  enum Purpose {
    WRITER,
    READER
  }

  /** What a process needs of Secrets beside its login, each a value of a Secret. */
  List<FurtherSecret> furtherSecrets(Purpose purpose);

  /** A value of a Secret, and the variable that a process knows it by. */
  record FurtherSecret(RuntimeVariable variable, String secret, String key) {}

  /** The disk that an API's Pod needs for the store, in bytes; 0 when it needs none. */
  long diskBytes();

  /** Where the records are, as a person calls it: {@code schema.table}. */
  String place();

  /** {@link #place()} with the kind of store before it, for the status. */
  default String identity() {
    return definition().kind() + ":" + place();
  }

  /** What a person runs where the Job that drops everything cannot. */
  String dropByHand();

  /** What to do when another pipeline has the place already. */
  String adviceWhenTaken();
}
