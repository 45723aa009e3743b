package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;
import org.jspecify.annotations.Nullable;

/**
 * Whatever persons, Kafka and processes do in whatever order: a record that is in the log is in the
 * table once, unless a person's word passed over it, and what a person must decide is not decided
 * by the migration. A failure prints its seed, which {@code @Property(seed = "…")} repeats.
 */
class MigrationModelIT {
  private static final int LONGEST = 14;

  @Property
  @AddLifecycleHook(Sequences.class)
  void appendsEachRecordOnce(@ForAll("append") ActionChain<ModelPipeline> chain) {
    holds(chain);
  }

  @Property
  @AddLifecycleHook(Sequences.class)
  void showsTheNewestRecordOfEachKey(@ForAll("upsert") ActionChain<ModelPipeline> chain) {
    holds(chain);
  }

  /** How many sequences: {@code -Dmodel.sequences}, of both properties together. */
  static final class Sequences implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(
        PropertyLifecycleContext context, PropertyExecutor property) {
      context.attributes().setTries(Integer.getInteger("model.sequences", 200) / 2);
      return property.execute();
    }
  }

  private static void holds(ActionChain<ModelPipeline> chain) {
    try (var pipeline = new Opened()) {
      chain.peek(pipeline::note).run();
      pipeline.end();
    }
  }

  /** The pipeline of a chain, which is closed though the chain fails. */
  private static final class Opened implements AutoCloseable {
    private @Nullable ModelPipeline pipeline;

    void note(ModelPipeline now) {
      pipeline = now;
    }

    void end() {
      if (pipeline != null) {
        pipeline.settle();
        pipeline.check();
      }
    }

    @Override
    public void close() {
      if (pipeline != null) {
        pipeline.close();
      }
    }
  }

  @Provide
  Arbitrary<ActionChain<ModelPipeline>> append() {
    return chains(LoadMode.APPEND);
  }

  @Provide
  Arbitrary<ActionChain<ModelPipeline>> upsert() {
    return chains(LoadMode.UPSERT);
  }

  private static Arbitrary<ActionChain<ModelPipeline>> chains(LoadMode mode) {
    return ActionChain.startWith(() -> new ModelPipeline(mode))
        .withAction(6, produce())
        .withAction(6, action(pairs(), "consume %d, %d records", (p, n) -> at -> at.consume(p, n)))
        .withAction(3, accept())
        .withAction(2, action("migrate", ModelPipeline::migrate))
        .withAction(1, action("change the schema", ModelPipeline::changeSchema))
        .withAction(1, action("remove the word", ModelPipeline::removeWord))
        .withAction(1, action(pairs(), "bring a word back %d %d", (w, n) -> at -> at.bringBack(w)))
        .withAction(
            1,
            action(
                "grow",
                pipeline -> {
                  if (pipeline.mayGrow()) {
                    pipeline.grow();
                  }
                }))
        .withAction(1, action("drop the data", ModelPipeline::dropData))
        .withAction(1, action("drop all", ModelPipeline::dropAll))
        .withAction(
            1,
            action(pairs(), "recreate the topic %d, %d partitions", (p, n) -> at -> at.recreate(n)))
        .withAction(1, action(pairs(), "expire %d, %d records", (p, n) -> at -> at.expire(p, n)))
        .withAction(1, action(pairs(), "cut %d by %d", (p, n) -> at -> at.cut(p, n, 0)))
        .withAction(
            1, action(pairs(), "cut %d by %d, and grow", (p, n) -> at -> at.cut(p, n, n + 1)))
        .withAction(
            1,
            action(pairs(), "order a replay of %d from %d", (p, n) -> at -> at.orderReplay(p, n)))
        .withAction(2, action(pairs(), "redrive %d %d", (w, n) -> at -> at.redrive(w)))
        .withAction(1, action(pairs(), "stop a zombie %d %d", (p, n) -> at -> at.stopAZombie(p, n)))
        .withAction(1, action("wake the zombie", ModelPipeline::wakeTheZombie))
        .withMaxTransformations(LONGEST);
  }

  private static Action.Independent<ModelPipeline> produce() {
    var kinds =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, Arbitraries.just("values")),
            net.jqwik.api.Tuple.of(2, Arbitraries.just("deletions")),
            net.jqwik.api.Tuple.of(2, Arbitraries.just("bad records")));
    return () ->
        Combinators.combine(
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(1, 3).list().ofMinSize(1).ofMaxSize(4),
                kinds)
            .as(
                (partition, keys, kind) ->
                    Transformer.mutate(
                        "produce %s to %d: keys %s".formatted(kind, partition, keys),
                        pipeline ->
                            keys.forEach(
                                key ->
                                    pipeline.produce(
                                        partition,
                                        key - 1,
                                        kind.equals("deletions"),
                                        kind.equals("bad records")))));
  }

  private static Action.Independent<ModelPipeline> accept() {
    return () ->
        Combinators.combine(
                Arbitraries.integers().between(0, 3).injectNull(.5),
                Arbitraries.of(List.of("earliest", "latest", "0", "1", "2", "4")))
            .as(
                (partition, to) ->
                    Transformer.mutate(
                        "accept %s of %s".formatted(to, partition == null ? "all" : partition),
                        pipeline -> pipeline.accept(partition, to)));
  }

  /** A partition, or another choice, and a number of records. */
  private record Pair(int first, int second) {}

  private static Arbitrary<Pair> pairs() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3), Arbitraries.integers().between(1, 4))
        .as(Pair::new);
  }

  private interface OfPair {
    Consumer<ModelPipeline> act(int first, int second);
  }

  private static Action.Independent<ModelPipeline> action(
      Arbitrary<Pair> pairs, String text, OfPair act) {
    return () ->
        pairs.map(
            pair ->
                Transformer.mutate(
                    text.formatted(pair.first(), pair.second()),
                    act.act(pair.first(), pair.second())));
  }

  private static Action.Independent<ModelPipeline> action(
      String text, Consumer<ModelPipeline> act) {
    return Action.just(text, Transformer.mutate(text, act));
  }
}
