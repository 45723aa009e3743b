package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplaySpec;
import dev.acequia.crds.ReplayFrom;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PackedItemStoreTest {
  private final KubernetesSerialization json = new KubernetesSerialization();
  private final PackedItemStore<Deployment> store =
      new PackedItemStore<>(new Packing<>(Deployment.class, json, _ -> true), _ -> Set.of());

  @Test
  void keepsNoObjectThatNobodyHoldsAndGivesBackItsEqual() {
    var expected = json.asJson(deployment("flights", 3));
    var kept = put(deployment("flights", 3));

    collect(kept);

    assertThat(json.asJson(store.get("ops/flights"))).isEqualTo(expected);
  }

  @Test
  void givesTheSameObjectAsLongAsSomebodyHoldsIt() {
    collect(put(deployment("flights", 3)));
    var held = store.get("ops/flights");
    System.gc();
    assertThat(store.get("ops/flights")).isSameAs(held);
  }

  @Test
  void givesTheFormerObjectWhenAnotherTakesItsPlaceOrItGoes() {
    assertThat(store.put("ops/flights", deployment("flights", 1))).isNull();
    assertThat(store.put("ops/flights", deployment("flights", 2)))
        .returns(1, former -> former.getSpec().getReplicas());
    assertThat(store.remove("ops/flights")).returns(2, former -> former.getSpec().getReplicas());
    assertThat(store.remove("ops/flights")).isNull();
    assertThat(store.get("ops/flights")).isNull();
    assertThat(store.size()).isZero();
  }

  @Test
  void listsKeysAndObjects() {
    store.put("ops/one", deployment("one", 1));
    store.put("ops/two", deployment("two", 1));
    assertThat(store.keySet()).containsExactlyInAnyOrder("ops/one", "ops/two");
    assertThat(store.values().map(one -> one.getMetadata().getName()))
        .containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void trimsWhatItKeeps() {
    var trimming =
        new PackedItemStore<>(
            new Packing<>(
                Deployment.class,
                json,
                deployment -> {
                  deployment.getSpec().setTemplate(null);
                  return true;
                }),
            _ -> Set.of());
    trimming.put("ops/flights", deployment("flights", 1));
    assertThat(trimming.get("ops/flights")).returns(null, kept -> kept.getSpec().getTemplate());
  }

  @Test
  void ofAnObjectThatIsNotTheOperatorsOrIsTooLargeKeepsTheIdentityAlone() {
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), PackedItemStoreTest::reader);
    for (var i = 0; i < 5; i++) {
      maps.put("ops/theirs-" + i, large("theirs-" + i, List.of()));
      maps.put("ops/owned-" + i, large("owned-" + i, List.of(owner())));
    }
    assertThat(maps.values())
        .hasSize(10)
        .allSatisfy(
            map -> {
              assertThat(json.asJson(map)).hasSizeLessThan(1000);
              assertThat(map.getMetadata().getNamespace()).isEqualTo("ops");
              assertThat(map.getMetadata().getUid()).isNotEmpty();
              assertThat(map.getMetadata().getResourceVersion()).isEqualTo("17");
              assertThat(map.getMetadata().getLabels())
                  .containsExactlyInAnyOrderEntriesOf(new PipelineNames("ops", "flights").labels());
              assertThat(Owner.of(map)).isEmpty();
              assertThat(map.getData()).isEmpty();
            });
    assertThat(owners(maps.get("ops/theirs-0"))).isEmpty();
    assertThat(owners(maps.get("ops/owned-0"))).isNotEmpty();
  }

  /** The API server asks of an owner's texts only that there are some. */
  @Test
  void keepsNoTextOfAnOwnerThatControlsNothing() {
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), PackedItemStoreTest::reader);
    var words = text(1024 * 1024);
    maps.put(
        "ops/theirs",
        large(
            "theirs",
            List.of(
                new OwnerReferenceBuilder()
                    .withApiVersion(words)
                    .withKind(words)
                    .withName(words)
                    .withUid(words)
                    .build())));
    assertThat(json.asJson(maps.get("ops/theirs"))).hasSizeLessThan(1000);
    assertThat(owners(maps.get("ops/theirs"))).isNotEmpty();
  }

  /** Any uid makes an object look like a pipeline's, and nobody counts Pods or Jobs. */
  @Test
  void keepsTheIdentityAloneOnceANamespaceHasTakenItsShare() {
    var mostBytes = 4 << 20;
    var budget = new NamespaceBudget(mostBytes, Long.MAX_VALUE, Long.MAX_VALUE);
    var told = new ArrayList<String>();
    budget.follow((namespace, isFull) -> told.add(namespace + "=" + isFull));
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), PackedItemStoreTest::reader, budget);
    var jobs =
        new PackedItemStore<>(
            new Packing<>(Deployment.class, json, _ -> true), _ -> Set.of(), budget);
    var kept = 0;
    for (var i = 0; i < 30; i++) {
      maps.put("ops/owned-" + i, small("owned-" + i, "ops"));
      kept += isWhole(maps, "ops/owned-" + i) ? 1 : 0;
    }
    assertThat(kept).isBetween(10, 25);
    for (var i = 0; i < 20; i++) {
      jobs.put("ops/flights-" + i, withText("flights-" + i));
    }
    assertThat(jobs.get("ops/flights-19")).returns(null, Deployment::getSpec);
    maps.put("other/owned", small("owned", "other"));
    assertThat(isWhole(maps, "other/owned")).isTrue();
    assertThat(told).containsExactly("ops=true");

    maps.put("ops/owned-0", small("owned-0", "ops"));
    assertThat(isWhole(maps, "ops/owned-0")).as("in its own place").isTrue();
    for (var i = 0; i < 30; i++) {
      maps.remove("ops/owned-" + i);
    }
    assertThat(told).containsExactly("ops=true", "ops=false");
    jobs.put("ops/flights-19", withText("flights-19"));
    assertThat(Objects.requireNonNull(jobs.get("ops/flights-19")).getSpec()).isNotNull();
  }

  /** A reconcile unpacks all that one pipeline has. */
  @Test
  void keepsTheIdentityAloneOfWhatAPipelineCannotHave() {
    var budget = new NamespaceBudget(Long.MAX_VALUE, Long.MAX_VALUE, 3 << 20);
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), PackedItemStoreTest::reader, budget);
    for (var i = 0; i < 100; i++) {
      maps.put("ops/owned-" + i, packsWell("owned-" + i, "flights"));
    }
    assertThat(IntStream.range(0, 100).filter(i -> isWhole(maps, "ops/owned-" + i))).hasSize(2);
    maps.put("ops/other", packsWell("other", "orders"));
    assertThat(isWhole(maps, "ops/other")).isTrue();
    for (var i = 0; i < 100; i++) {
      maps.remove("ops/owned-" + i);
    }
    maps.put("ops/owned-1", packsWell("owned-1", "flights"));
    assertThat(isWhole(maps, "ops/owned-1")).isTrue();
  }

  /** One namespace has the objects of many tenants, and tenants choose the same names. */
  @Test
  void pipelinesOfOneNameShareNoBound() {
    var budget = new NamespaceBudget(Long.MAX_VALUE, Long.MAX_VALUE, 3 << 20);
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own),
            map ->
                Set.of(
                    new ResourceID(
                        "flights",
                        map.getMetadata().getLabels().get(PipelineNames.NAMESPACE_LABEL))),
            budget);
    for (var i = 0; i < 100; i++) {
      var map = packsWell("flights-" + i, "flights");
      map.getMetadata().getLabels().put(PipelineNames.NAMESPACE_LABEL, "tenant-" + i);
      maps.put("kafka/flights-" + i, map);
    }
    assertThat(IntStream.range(0, 100)).allMatch(i -> isWhole(maps, "kafka/flights-" + i));
  }

  /** An informer asks for all of them at once. */
  @Test
  void listsIdentities() {
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), PackedItemStoreTest::reader);
    maps.put("ops/owned", packsWell("owned", "flights"));
    assertThat(isWhole(maps, "ops/owned")).isTrue();
    assertThat(maps.values())
        .singleElement()
        .satisfies(
            map -> {
              assertThat(map.getData()).isEmpty();
              assertThat(map.getMetadata().getLabels())
                  .containsEntry(PipelineNames.INSTANCE_LABEL, "flights");
            });
  }

  /** Identities take memory too. */
  @Test
  void identitiesCount() {
    var full = new ArrayList<String>();
    var budget = new NamespaceBudget(1 << 20, Long.MAX_VALUE, Long.MAX_VALUE);
    budget.follow((namespace, isFull) -> full.add(namespace + "=" + isFull));
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, _ -> false), PackedItemStoreTest::reader, budget);
    for (var i = 0; i < 2000; i++) {
      maps.put("ops/theirs-" + i, packsWell("theirs-" + i, "flights"));
    }
    assertThat(full).containsExactly("ops=true");
    assertThat(maps.size()).isBetween(700, 1500); // and have a bound of their own
    maps.remove("ops/theirs-1999");
    assertThat(maps.get("ops/theirs-1999")).isNull();
  }

  /** The heap holds a few namespaces that are full, and all others beside them. */
  @Test
  void aNamespaceTakesLessWhereManyAreFull() {
    var budget = new NamespaceBudget(1 << 20, 2 << 20, Long.MAX_VALUE);
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), _ -> Set.of(), budget);
    for (var namespace : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      for (var i = 0; i < 10; i++) {
        maps.put(namespace + "/owned-" + i, small("owned-" + i, namespace));
      }
    }
    assertThat(whole(maps, "a")).isBetween(3L, 5L);
    assertThat(whole(maps, "h")).isLessThanOrEqualTo(1);
    maps.put("ops/flights", packsWell("flights", "flights"));
    assertThat(isWhole(maps, "ops/flights")).isTrue();
  }

  /** Nothing changes in the namespace that had no room because of others. */
  @Test
  void aNamespaceIsFullNoLongerOnceOthersAreGone() {
    var budget = new NamespaceBudget(1 << 20, 2 << 20, Long.MAX_VALUE);
    var full = new TreeSet<String>();
    budget.follow(
        (namespace, isFull) -> {
          var _ = isFull ? full.add(namespace) : full.remove(namespace);
        });
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), _ -> Set.of(), budget);
    var crowd = List.of("a", "b", "c", "d", "e", "f", "g");
    for (var i = 0; i < 10; i++) {
      for (var namespace : crowd) {
        maps.put(namespace + "/owned-" + i, small("owned-" + i, namespace));
      }
    }
    maps.put("ops/owned", small("owned", "ops"));
    assertThat(full).contains("ops");
    for (var i = 0; i < 10; i++) {
      for (var namespace : crowd) {
        maps.remove(namespace + "/owned-" + i);
      }
    }
    assertThat(full).isEmpty();
  }

  /** A reconcile that misses a Deployment takes its pipeline for one that does not serve. */
  @Test
  void anObjectThatIsKeptWholeStaysSoThoughItChanges() {
    var budget = new NamespaceBudget(1 << 20, 1 << 20, Long.MAX_VALUE);
    var maps =
        new PackedItemStore<>(
            new Packing<>(ConfigMap.class, json, Trim::own), PackedItemStoreTest::reader, budget);
    maps.put("ops/flights", small("flights", "ops"));
    for (var i = 0; i < 20; i++) {
      maps.put("crowd-" + i + "/owned", small("owned", "crowd-" + i));
    }
    maps.put("ops/later", small("later", "ops"));
    assertThat(isWhole(maps, "ops/later")).isFalse();
    for (var i = 0; i < 10; i++) {
      var changed = small("flights", "ops");
      changed.getData().put("status", "changed " + i);
      maps.put("ops/flights", changed);
      assertThat(isWhole(maps, "ops/flights")).isTrue();
    }
    var grown = small("flights", "ops");
    grown.getData().put("more", text(300_001));
    maps.put("ops/flights", grown);
    assertThat(isWhole(maps, "ops/flights")).isFalse();
  }

  private static long whole(PackedItemStore<ConfigMap> maps, String namespace) {
    return IntStream.range(0, 10)
        .mapToObj(i -> maps.get(namespace + "/owned-" + i))
        .filter(map -> map != null && !map.getData().isEmpty())
        .count();
  }

  private static Set<ResourceID> reader(HasMetadata object) {
    var metadata = object.getMetadata();
    return Optional.ofNullable(metadata.getLabels().get(PipelineNames.INSTANCE_LABEL))
        .map(pipeline -> Set.of(new ResourceID(pipeline, metadata.getNamespace())))
        .orElseGet(Set::of);
  }

  private static ConfigMap packsWell(String name, String pipeline) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("ops")
        .addToLabels(PipelineNames.INSTANCE_LABEL, pipeline)
        .withOwnerReferences(owner())
        .endMetadata()
        .addToData("text", "Ā".repeat(520_000))
        .build();
  }

  /** The API server took objects without a spec, and may have some. */
  @Test
  void keepsAReplayWithoutASpec() {
    var replays =
        new PackedItemStore<>(
            new Packing<>(DataPipelineReplay.class, json, replay -> Trim.replay(replay) != null),
            _ -> Set.of());
    var replay = new DataPipelineReplay();
    replay.setMetadata(new ObjectMetaBuilder().withName("again").withNamespace("ops").build());
    replays.put("ops/again", replay);
    assertThat(Objects.requireNonNull(replays.get("ops/again")).getSpec().pipeline()).isNotEmpty();
  }

  /** Its informer asks each for its pipeline. */
  @Test
  void theIdentityOfAReplayNamesItsPipeline() {
    var replays =
        new PackedItemStore<>(
            new Packing<>(DataPipelineReplay.class, json, _ -> false), _ -> Set.of());
    var replay = new DataPipelineReplay();
    replay.setMetadata(new ObjectMetaBuilder().withName("again").withNamespace("ops").build());
    replay.setSpec(
        new DataPipelineReplaySpec("flights", new ReplayFrom(null, List.of(), true), null, false));
    replays.put("ops/again", replay);
    assertThat(Objects.requireNonNull(replays.get("ops/again")).getSpec().pipeline())
        .isEqualTo("flights");
    assertThat(replays.values())
        .singleElement()
        .returns("flights", one -> one.getSpec().pipeline());
  }

  private static Deployment withText(String name) {
    var deployment = deployment(name, 1);
    deployment.getMetadata().setAnnotations(Map.of("text", text(50_000)));
    return deployment;
  }

  private static boolean isWhole(PackedItemStore<ConfigMap> maps, String key) {
    var map = maps.get(key);
    return map != null && !map.getData().isEmpty();
  }

  /** Of 400,000 characters that do not pack well. */
  private static ConfigMap small(String name, String namespace) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .withOwnerReferences(owner())
        .endMetadata()
        .addToData("text", text(400_000))
        .build();
  }

  private static List<OwnerReference> owners(@Nullable ConfigMap map) {
    return Objects.requireNonNull(map).getMetadata().getOwnerReferences();
  }

  /** A MiB that does not pack, and as much in labels and annotations. */
  private static ConfigMap large(String name, List<OwnerReference> owners) {
    var labels = new LinkedHashMap<>(new PipelineNames("ops", "flights").labels());
    var annotations = new LinkedHashMap<String, String>();
    for (var i = 0; i < 1000; i++) {
      labels.put("label-" + i, text(60));
      annotations.put("acequia.dev/annotation-" + i, text(60));
    }
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("ops")
        .withUid(name)
        .withResourceVersion("17")
        .withLabels(labels)
        .withAnnotations(annotations)
        .withOwnerReferences(owners)
        .endMetadata()
        .addToData("text", text(1024 * 1024))
        .build();
  }

  private static String text(int chars) {
    var random = new Random(chars);
    return random
        .ints('a', 'z' + 1)
        .limit(chars)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static OwnerReference owner() {
    return new OwnerReferenceBuilder()
        .withApiVersion("acequia.dev/v1alpha1")
        .withKind(DataPipeline.KIND)
        .withName("flights")
        .withUid("pipeline")
        .withController(true)
        .build();
  }

  private WeakReference<Deployment> put(Deployment deployment) {
    store.put(store.getKey(deployment), deployment);
    return new WeakReference<>(deployment);
  }

  private static void collect(WeakReference<Deployment> unheld) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              System.gc();
              return unheld.get() == null;
            });
  }

  private static Deployment deployment(String name, int replicas) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("ops")
        .withResourceVersion("17")
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withNewTemplate()
        .withNewSpec()
        .addNewContainer()
        .withName("consumer")
        .withNewResources()
        .addToRequests("memory", new Quantity("320Mi"))
        .endResources()
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}
