package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodVolumesIT {
  private static final Volume CONFIG =
      new VolumeBuilder()
          .withName("config")
          .withNewConfigMap()
          .withName("settings")
          .endConfigMap()
          .build();

  private final Map<String, Map<String, byte[]>> configMaps = new HashMap<>();
  @TempDir Path folder;

  @Test
  void showsWhatHasChangedInAConfigMap() throws Exception {
    var volumes = new PodVolumes(folder);
    put("settings", "level", "low");
    update(volumes, pod(CONFIG));
    assertThat(folder.resolve("config/level")).hasContent("low");
    var before = folder.resolve("config/..data").toRealPath();
    update(volumes, pod(CONFIG));
    assertThat(folder.resolve("config/..data").toRealPath()).isEqualTo(before);

    put("settings", "level", "high");
    update(volumes, pod(CONFIG));
    assertThat(folder.resolve("config/level")).hasContent("high");
    assertThat(before).doesNotExist();
  }

  @Test
  void keepsWhatAProcessHasWrittenIntoAnEmptyDir() throws Exception {
    var volumes = new PodVolumes(folder);
    var pod = pod(new VolumeBuilder().withName("own").withNewEmptyDir().endEmptyDir().build());
    update(volumes, pod);
    Files.writeString(folder.resolve("own/file"), "kept");
    update(volumes, pod);
    assertThat(folder.resolve("own/file")).hasContent("kept");
  }

  @Test
  void namesTheVolumeThatCannotBeHad() {
    var volumes = new PodVolumes(folder);
    assertThatThrownBy(() -> update(volumes, pod(CONFIG)))
        .isInstanceOf(UnusableReference.class)
        .hasMessage(
            "MountVolume.SetUp failed for volume \"config\" : configmap \"settings\" not found");
    var host = new VolumeBuilder().withName("host").withNewHostPath("/", "Directory").build();
    assertThatThrownBy(() -> update(volumes, pod(host)))
        .hasMessageContaining("volume \"host\" : the local node has only volumes of the kinds");
  }

  private void put(String name, String key, String value) {
    configMaps.put(name, Map.of(key, value.getBytes(StandardCharsets.UTF_8)));
  }

  private void update(PodVolumes volumes, Pod pod) throws UnusableReference, IOException {
    var objects =
        new ConfigObjects() {
          @Override
          public Optional<Map<String, byte[]>> configMap(String namespace, String name) {
            return Optional.ofNullable(configMaps.get(name));
          }

          @Override
          public Optional<Map<String, byte[]>> secret(String namespace, String name) {
            return Optional.empty();
          }
        };
    try (var client = new KubernetesClientBuilder().build()) {
      var tokens = new ServiceAccountTokens(client, Clock.systemUTC());
      var fields = new DownwardFields(pod, "127.84.17.1", "127.0.0.1", Map.of());
      volumes.update(pod, new VolumeContents(pod, fields, objects, tokens));
    }
  }

  private static Pod pod(Volume volume) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("pod")
        .withNamespace("ops")
        .endMetadata()
        .withNewSpec()
        .withVolumes(volume)
        .endSpec()
        .build();
  }
}
