package dev.acequia.operator.store;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.SpecDuration;
import dev.acequia.crds.StoreSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A pipeline's store as the operator plans it. */
public sealed interface StorePlan permits PostgresPlan {
  /** {@code spec.store} of a pipeline that every platform takes, for each kind, as YAML. */
  List<String> EXAMPLES = List.of("{postgres: {secretName: example}}");

  /** The plan for a spec that has passed {@link #check}. */
  static StorePlan of(DataPipeline pipeline) {
    var store = pipeline.getSpec().store();
    if (store.postgres() != null) {
      return new PostgresPlan(
          pipeline.getMetadata().getNamespace(),
          pipeline.getMetadata().getName(),
          store.postgres());
    }
    throw new IllegalArgumentException("the spec names no store");
  }

  /**
   * Finds what is wrong with the store of a spec whose schema is there.
   *
   * @param violations takes a path, such as {@code spec.store}, and what to do about it
   */
  static void check(DataPipelineSpec spec, BiConsumer<String, String> violations) {
    var store = spec.store();
    if (store == null || store.postgres() == null) {
      violations.accept("spec.store", "names no store; set spec.store.postgres");
    } else {
      PostgresPlan.check(spec, store.postgres(), violations);
    }
  }

  /** The traits of a spec's store; empty where the spec is not valid. */
  static Optional<StoreTraits> traits(@Nullable StoreSpec store) {
    return store == null || store.postgres() == null
        ? Optional.empty()
        : Optional.of(PostgresPlan.TRAITS);
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
    return store == null || store.postgres() == null
        ? Set.of()
        : Stream.of(
                store.postgres().secretName(),
                store.postgres().writerSecretName(),
                store.postgres().readerSecretName())
            .filter(name -> name != null)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** The store in the terms of the runtime. */
  StoreDefinition definition();

  /** The Secret that the migration logs on with. */
  String secret();

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

  /** What a login is for. */
  enum Purpose {
    WRITER,
    READER
  }

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
