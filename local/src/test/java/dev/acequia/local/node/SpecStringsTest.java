package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A string of a spec reaches the process byte for byte: the kubelet, which puts variables' values
 * where {@code $(NAME)} stands, finds nothing to put a password into.
 */
class SpecStringsTest {
  private static final Map<String, String> SECRETS = Map.of("STORE_PASSWORD", "hunter2");

  private int markers;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$(STORE_PASSWORD)",
        "$$(STORE_PASSWORD)",
        "$$$(STORE_PASSWORD)",
        "$(STORE_PASSWORD",
        "$($(STORE_PASSWORD))",
        "$STORE_PASSWORD$",
        "$$"
      })
  void reachTheProcessAsTheyAre(String text) throws Exception {
    var pipeline = new DataPipeline();
    pipeline.setMetadata(
        new ObjectMetaBuilder().withNamespace("ops").withName("flights").withUid("uid").build());
    pipeline.setSpec((DataPipelineSpec) filled(DataPipelineSpec.class, "spec", text));
    var plan = migrated(pipeline);

    var seen = new HashMap<String, String>();
    Stream.of(plan.consumer(), plan.api())
        .map(deployment -> Objects.requireNonNull(deployment).getSpec().getTemplate().getSpec())
        .forEach(pod -> expand(pod, seen));
    expand(Objects.requireNonNull(plan.migration()).getSpec().getTemplate().getSpec(), seen);

    assertThat(seen.toString()).doesNotContain("hunter2");
    var found = 0;
    for (var value : seen.values()) {
      var marker = Pattern.compile("<(\\d+) (.*?)>", Pattern.DOTALL).matcher(value);
      while (marker.find()) {
        assertThat(marker.group(2)).isEqualTo(text);
        found++;
      }
      assertThat(value.chars().filter(c -> c == '<').count())
          .isEqualTo(value.chars().filter(c -> c == '>').count());
    }
    assertThat(found).as("strings of the spec in variables and arguments").isGreaterThan(8);
  }

  /** As the kubelet hands them to the container. */
  private static void expand(PodSpec pod, Map<String, String> seen) {
    for (Container container : pod.getContainers()) {
      for (EnvVar variable : container.getEnv()) {
        if (variable.getValue() != null) {
          seen.put(
              container.getName() + " " + variable.getName(),
              VariableReferences.expand(variable.getValue(), SECRETS));
        }
      }
      Stream.concat(container.getCommand().stream(), container.getArgs().stream())
          .forEach(
              word ->
                  seen.put(
                      container.getName() + " " + word, VariableReferences.expand(word, SECRETS)));
    }
  }

  private static PipelinePlan migrated(DataPipeline pipeline) {
    var platform =
        PlatformConfig.parse(
            "{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'kafka:9092'}}");
    var login = new Facts.Login("role", "password", "hash");
    var facts =
        new Facts(
            "uid",
            new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6),
            new Facts.StoreSecret("postgresql://db/warehouse", "hash"),
            login,
            login,
            null,
            Set.of(),
            null,
            null,
            Facts.Replays.NONE);
    var job = Objects.requireNonNull(PipelinePlan.of(pipeline, platform, facts).migration());
    return PipelinePlan.of(pipeline, platform, facts.withSucceeded(job.getMetadata().getName()));
  }

  /** A value in which every string is marked, but for durations, which the plan reads. */
  private Object filled(Type type, String path, String text) throws Exception {
    if (type == String.class) {
      return path.endsWith(".retention") || path.endsWith(".freshness")
          ? "1d"
          : "<%d %s>".formatted(markers++, text);
    }
    if (type == boolean.class || type == Boolean.class) {
      return true;
    }
    if (type == int.class || type == Integer.class) {
      return 1;
    }
    if (type == long.class || type == Long.class) {
      return 1L;
    }
    if (type == double.class || type == Double.class) {
      return 0.5;
    }
    if (type instanceof ParameterizedType generic) {
      var element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      var value = filled(element, path + "[]", text);
      return generic.getRawType() == Map.class ? Map.of("key", value) : List.of(value);
    }
    var kind = (Class<?>) type;
    if (kind == FieldType.class) {
      return FieldType.DECIMAL; // only these have digits
    }
    if (kind.isEnum()) {
      return kind.getEnumConstants()[0];
    }
    var components = kind.getRecordComponents();
    assertThat(components)
        .as("%s, a %s, is of a type that this test knows", path, kind)
        .isNotNull();
    var values = new Object[components.length];
    for (var i = 0; i < values.length; i++) {
      values[i] =
          filled(components[i].getGenericType(), path + "." + components[i].getName(), text);
    }
    return kind.getDeclaredConstructor(
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new))
        .newInstance(values);
  }
}
