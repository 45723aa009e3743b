package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PackedItemStoreTest {
  private final KubernetesSerialization json = new KubernetesSerialization();
  private final PackedItemStore<Deployment> store =
      new PackedItemStore<>(Deployment.class, json, _ -> {});

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
            Deployment.class, json, deployment -> deployment.getSpec().setTemplate(null));
    trimming.put("ops/flights", deployment("flights", 1));
    assertThat(trimming.get("ops/flights")).returns(null, kept -> kept.getSpec().getTemplate());
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
