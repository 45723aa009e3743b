package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.validate.SpecValidation;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedJsonTest {
  private static final int MANY = 150_000;

  private final KubernetesSerialization json = BoundedJson.serialization();

  @Test
  void readsAnObjectOfTheUsualSizeAsItIs() {
    var map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("flights")
            .withNamespace("ops")
            .addToLabels("a", "b")
            .endMetadata()
            .addToData("definition", "x".repeat(500_000))
            .build();
    assertThat(json.unmarshal(json.asJson(map), ConfigMap.class)).isEqualTo(map);
  }

  /** Each of an object's parts that a tenant can fill; 1.4 MB of them would be 17 MiB. */
  @ParameterizedTest
  @ValueSource(strings = {"data", "labels", "annotations", "managed", "owners", "finalizers"})
  void cutsAnObjectOfVeryManyNamesAndValuesAndTellsWhichItIs(String part) {
    var secret = read(secret("first", part), Secret.class);

    assertThat(secret.getMetadata())
        .returns("first", meta -> meta.getName())
        .returns("ops", meta -> meta.getNamespace())
        .returns("uid-first", meta -> meta.getUid())
        .returns("17", meta -> meta.getResourceVersion());
    assertThat(secret.getAdditionalProperties())
        .containsEntry(BoundedParser.CUT, part.equals("data"));
    assertThat(tokens(json.asJson(secret))).isLessThan(BoundedParser.MOST_TOKENS * 2);
  }

  @Test
  void cutsNoOtherObjectOfAList() {
    var list =
        read(
            """
            {"kind": "SecretList", "apiVersion": "v1", "metadata": {"resourceVersion": "9", "continue": "more"},
             "items": [%s, %s, %s]}
            """
                .formatted(
                    secret("first", "data"), secret("second", "none"), secret("third", "labels")),
            SecretList.class);

    assertThat(list.getMetadata().getContinue()).isEqualTo("more");
    assertThat(list.getItems())
        .extracting(secret -> secret.getMetadata().getName())
        .containsExactly("first", "second", "third");
    assertThat(list.getItems())
        .extracting(secret -> secret.getAdditionalProperties().containsKey(BoundedParser.CUT))
        .containsExactly(true, false, true);
    assertThat(list.getItems().get(1).getData()).containsEntry("key", "dmFsdWU=");
  }

  @Test
  void cutsTheObjectOfAnEvent() {
    var event =
        read(
            "{\"type\": \"ADDED\", \"object\": " + secret("first", "data") + "}", WatchEvent.class);
    assertThat(event.getType()).isEqualTo("ADDED");
    assertThat(event.getObject())
        .isInstanceOfSatisfying(
            Secret.class,
            secret -> {
              assertThat(secret.getMetadata().getUid()).isEqualTo("uid-first");
              assertThat(secret.getAdditionalProperties()).containsKey(BoundedParser.CUT);
            });
  }

  /** It would never take its own away, and the resource would be Terminating for ever. */
  @ParameterizedTest
  @ValueSource(strings = {"labels", "annotations", "ownerReferences"})
  void readsTheFinalizersOfAnObjectThatHasVeryManyOfAnother(String part) {
    var pipeline =
        read(
            """
            {"apiVersion": "acequia.dev/v1alpha1", "kind": "DataPipeline",
             "metadata": {"name": "flights", "%s": %s, "finalizers": ["acequia.dev/finalizer"]},
             "spec": {"schema": {"fields": [{"name": "flight", "type": "int32"}]}}}
            """
                .formatted(
                    part,
                    part.equals("ownerReferences")
                        ? "[" + many(i -> "{\"uid\": \"" + i + "\"}") + "]"
                        : "{" + many(i -> "\"a" + i + "\": \"v\"") + "}"),
            DataPipeline.class);
    assertThat(pipeline.getMetadata().getFinalizers()).containsExactly("acequia.dev/finalizer");
    assertThat(pipeline.getSpec().schema().fields()).hasSize(1);
  }

  /** Half of a spec would be carried out as if it were the whole. */
  @Test
  void readsNoSpecOfAPipelineThatIsCut() {
    var pipeline =
        read(
            """
            {"apiVersion": "acequia.dev/v1alpha1", "kind": "DataPipeline",
             "metadata": {"name": "flights", "finalizers": ["acequia.dev/finalizer"]},
             "spec": {"schema": {"fields": [%s]}, "suspend": true}, "status": {"schemaHash": "h"}}
            """
                .formatted(many(i -> "{\"name\": \"f" + i + "\", \"type\": \"int32\"}")),
            DataPipeline.class);
    assertThat(pipeline.getSpec()).isNull();
    assertThat(pipeline.getMetadata().getFinalizers()).containsExactly("acequia.dev/finalizer");
    assertThat(violations(json.clone(Trim.pipeline(pipeline))))
        .singleElement()
        .asString()
        .startsWith("spec")
        .contains("20,000");
  }

  /** Its metadata has a bound of its own, so that the spec is whole. */
  @Test
  void readsThePipelineWholeThatHasVeryManyFinalizers() {
    var pipeline =
        read(
            """
            {"apiVersion": "acequia.dev/v1alpha1", "kind": "DataPipeline",
             "metadata": {"finalizers": [%s], "generation": 3, "name": "flights", "namespace": "ops", "uid": "u"},
             "spec": {"schema": {"fields": [{"name": "flight", "type": "int32"}]}, "suspend": true}}
            """
                .formatted(many(i -> "\"a/" + i + "\"")),
            DataPipeline.class);
    assertThat(pipeline.getMetadata().getName()).isEqualTo("flights");
    assertThat(pipeline.getMetadata().getGeneration()).isEqualTo(3);
    assertThat(pipeline.getMetadata().getFinalizers())
        .hasSizeLessThanOrEqualTo(BoundedParser.MOST_TOKENS_OF_METADATA)
        .startsWith("a/0", "a/1");
    assertThat(pipeline.getSpec().schema().fields()).hasSize(1);
  }

  /** The definitions may be of a later version than the operator, such as after a rollback. */
  @Test
  void passesOverAFieldOfALaterVersion() {
    var pipeline =
        read(
            """
            {"apiVersion": "acequia.dev/v1alpha1", "kind": "DataPipeline", "metadata": {"name": "flights"},
             "spec": {"schema": {"fields": []}, "later": {"a": [1]}, "suspend": true}, "later": 1}
            """,
            DataPipeline.class);
    assertThat(pipeline.getSpec().suspend()).isTrue();
  }

  @Test
  void cutsTheListsOfASpec() {
    var deployment =
        read(
            """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
             "spec": {"template": {"spec": {"containers": [{"name": "c", "env": [%s]}]}}, "replicas": 2}}
            """
                .formatted(many(i -> "{\"name\": \"v" + i + "\"}")),
            Deployment.class);
    var container = deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    assertThat(container.getEnv()).hasSizeBetween(1, BoundedParser.MOST_TOKENS);
    assertThat(deployment.getAdditionalProperties()).containsKey(BoundedParser.CUT);
  }

  /** An owner's uid has no limit, and is a name among the managed fields. */
  @Test
  void readsANameOfAnyLength() {
    var secret =
        read(
            """
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s",
             "managedFields": [{"manager": "kubectl", "fieldsV1": {"k:{\\"uid\\":\\"%s\\"}": {}}}]}}
            """
                .formatted("x".repeat(1_400_000)),
            Secret.class);
    assertThat(secret.getMetadata().getName()).isEqualTo("s");
  }

  /** A tenant makes names of any length with one object that changes again and again. */
  @Test
  void keepsNoNameThatWasRead() {
    var before = used();
    for (var i = 0; i < 200; i++) {
      var _ =
          read(
              """
              {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s",
               "managedFields": [{"manager": "kubectl", "fieldsV1": {"k:%d%s": {}}}]}}
              """
                  .formatted(i, "x".repeat(400_000)),
              Secret.class);
    }
    assertThat(used() - before).isLessThan(30 << 20);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Managed fields are the API server's to check, and it takes ten thousand levels. */
  @ParameterizedTest
  @ValueSource(strings = {"{\"f:a\":", "["})
  void passesOverWhatLiesVeryDeep(String level) {
    var levels = 9_990;
    var end = level.equals("[") ? "]" : "}";
    var deep =
        """
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"managedFields": [{"manager": "acequia",
         "fieldsV1": {"f:b": %s1%s}}], "name": "first", "namespace": "ops", "uid": "uid-first"}, "type": "Opaque"}
        """
            .formatted(level.repeat(levels), end.repeat(levels));
    var event =
        read("{\"type\": \"ADDED\", \"object\": " + deep + "}", WatchEvent.class).getObject();
    var listed =
        read(
            "{\"kind\": \"SecretList\", \"apiVersion\": \"v1\", \"items\": [%s, %s]}"
                .formatted(deep, secret("second", "none")),
            SecretList.class);
    assertThat(listed.getItems()).hasSize(2);
    for (var secret :
        List.of(read(deep, Secret.class), (Secret) event, listed.getItems().getFirst())) {
      assertThat(secret.getMetadata().getUid()).isEqualTo("uid-first");
      assertThat(secret.getType()).isEqualTo("Opaque");
      assertThat(secret.getAdditionalProperties()).containsKey(BoundedParser.CUT);
      assertThat(json.asJson(secret)).hasSizeLessThan(10_000);
    }
  }

  @Test
  void readsNoNumberOfVeryManyDigits() {
    var secret =
        read(
            """
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "managedFields": [{
             "fieldsV1": {"f:a": 1%1$s, "f:b": [1, 1%1$s, 0.%1$s]}}]}, "type": "Opaque"}
            """
                .formatted("0".repeat(400_000)),
            Secret.class);
    assertThat(secret.getType()).isEqualTo("Opaque");
    assertThat(secret.getAdditionalProperties()).containsKey(BoundedParser.CUT);
  }

  /** After a rollback, a pipeline may have a value of the version that was rolled back. */
  @Test
  void readsAPipelineAsFarAsItKnowsItsValues() {
    var text =
        """
        {"apiVersion": "acequia.dev/v1alpha1", "kind": "DataPipeline",
         "metadata": {"name": "%s", "annotations": {"acequia.dev/unreadable": "forged"}},
         "spec": {"schema": {"fields": [{"name": "a", "type": "int32"}, {"name": "b", "type": "%s"}]}},
         "status": {"rollout": {"version": "v1", "state": "%s"}, "schemaHash": "h"}}
        """;
    var known = read(text.formatted("known", "string", "Waiting"), DataPipeline.class);
    assertThat(known.getSpec().schema().fields()).hasSize(2);
    assertThat(known.getStatus().rollout()).isNotNull();
    assertThat(violations(known)).noneMatch(one -> one.contains("upgrade"));

    var ofLaterStatus = read(text.formatted("later", "string", "Pondering"), DataPipeline.class);
    assertThat(ofLaterStatus.getSpec().schema().fields()).hasSize(2);
    assertThat(ofLaterStatus.getStatus().schemaHash()).isEqualTo("h");
    assertThat(ofLaterStatus.getStatus().rollout())
        .isNotNull()
        .returns(null, RolloutStatus::state)
        .returns("v1", RolloutStatus::version);

    var list =
        read(
            "{\"kind\": \"DataPipelineList\", \"apiVersion\": \"acequia.dev/v1alpha1\", \"items\": [%s, %s]}"
                .formatted(
                    text.formatted("later", "vector", "Waiting"),
                    text.formatted("known", "string", "Waiting")),
            DataPipelineList.class);
    var later = list.getItems().getFirst();
    assertThat(later.getMetadata().getName()).isEqualTo("later");
    assertThat(later.getSpec()).isNull();
    assertThat(later.getMetadata().getAnnotations())
        .containsEntry(PipelineNames.UNREADABLE, "spec.schema.fields[1].type");
    assertThat(later.getStatus().schemaHash()).isEqualTo("h");
    assertThat(list.getItems().getLast().getSpec().schema().fields()).hasSize(2);
    // The framework gives each reconcile a clone.
    assertThat(violations(json.clone(Trim.pipeline(later))))
        .singleElement()
        .asString()
        .startsWith("spec.schema.fields[1].type")
        .contains("upgrade the operator");
  }

  /** A tenant that may write a status can write numbers that are none of ours. */
  @Test
  void readsAReplayOfAnyStatus() {
    var partitions =
        IntStream.range(0, 50)
            .mapToObj(i -> "{\"partition\": -%d}".formatted(99_999_999_999L + i))
            .collect(Collectors.joining(","));
    var replay =
        read(
            """
            {"apiVersion": "acequia.dev/v1alpha1", "kind": "DataPipelineReplay", "metadata": {"name": "r"},
             "status": {"partitions": [%s]}, "spec": {"pipeline": "flights", "from": {"earliest": true}}}
            """
                .formatted(partitions),
            DataPipelineReplay.class);
    assertThat(replay.getSpec().pipeline()).isEqualTo("flights");
    assertThat(replay.getStatus()).isNull();
  }

  private static List<String> violations(DataPipeline pipeline) {
    return SpecValidation.of(
            pipeline, PlatformConfig.parse("{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}}"))
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static final class DataPipelineList extends DefaultKubernetesResourceList<DataPipeline> {
    private static final long serialVersionUID = 1;
  }

  @Test
  void anObjectThatWasCutIsKeptByItsIdentity() {
    var kept =
        new Packing<>(Secret.class, json, secret -> true)
            .keep(read(secret("first", "data"), Secret.class));
    assertThat(kept.object().getData()).isEmpty();
    assertThat(kept.object().getMetadata().getUid()).isEqualTo("uid-first");
  }

  /** As the API server writes it. */
  private static String secret(String name, String part) {
    return """
        {"kind": "Secret", "apiVersion": "v1",
         "metadata": {"name": "%1$s", "namespace": "ops", "uid": "uid-%1$s", "resourceVersion": "17",
          "labels": {%2$s}, "annotations": {%3$s}, "ownerReferences": [%4$s], "finalizers": [%5$s],
          "managedFields": [{"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:data": {%6$s}}}]},
         "data": {"key": "dmFsdWU="%7$s}}
        """
        .formatted(
            name,
            part.equals("labels") ? many(i -> "\"k" + i + "\": \"\"") : "",
            part.equals("annotations") ? many(i -> "\"k" + i + "\": \"\"") : "",
            part.equals("owners")
                ? many(
                    i ->
                        "{\"apiVersion\":\"v1\",\"kind\":\"K\",\"name\":\"n\",\"uid\":\""
                            + i
                            + "\"}")
                : "",
            part.equals("finalizers") ? many(i -> "\"a/" + i + "\"") : "",
            part.equals("managed") ? many(i -> "\"f:k" + i + "\": {}") : "",
            part.equals("data") ? "," + many(i -> "\"k" + i + "\": \"\"") : "");
  }

  private static String many(IntFunction<String> element) {
    return IntStream.range(0, MANY).mapToObj(element).collect(Collectors.joining(","));
  }

  private <T> T read(String text, Class<T> type) {
    return json.unmarshal(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), type);
  }

  private static long tokens(String text) {
    return List.of(text.split("[,:{}\\[\\]]+")).size();
  }
}
