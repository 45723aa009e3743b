package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodEnvironmentTest {
  private static final ConfigObjects OBJECTS =
      new ConfigObjects() {
        @Override
        public Optional<Map<String, byte[]>> configMap(String namespace, String name) {
          return name.equals("settings")
              ? Optional.of(Map.of("level", bytes("high"), "path", bytes("/mnt/data/x")))
              : Optional.empty();
        }

        @Override
        public Optional<Map<String, byte[]>> secret(String namespace, String name) {
          return name.equals("login")
              ? Optional.of(Map.of("user", bytes("ada")))
              : Optional.empty();
        }
      };

  @Test
  void putsWhatIsDeclaredOverWhatIsTakenFromSourcesOverWhatIsGiven() throws Exception {
    var container =
        new ContainerBuilder()
            .addNewEnvFrom()
            .withNewConfigMapRef("settings", false)
            .endEnvFrom()
            .addNewEnv()
            .withName("level")
            .withValue("low")
            .endEnv()
            .addNewEnv()
            .withName("both")
            .withValue("$(HOST)/$(level)/$(later)")
            .endEnv()
            .addNewEnv()
            .withName("later")
            .withValue("x")
            .endEnv()
            .build();

    assertThat(resolve(container))
        .containsEntry("HOST", "given")
        .containsEntry("level", "low")
        .containsEntry("both", "given/low/$(later)")
        .containsEntry("path", "/real/x");
  }

  @Test
  void resolvesReferences() throws Exception {
    var container =
        new ContainerBuilder()
            .addNewEnv()
            .withName("USER")
            .withNewValueFrom()
            .withNewSecretKeyRef("user", "login", false)
            .endValueFrom()
            .endEnv()
            .addNewEnv()
            .withName("NONE")
            .withNewValueFrom()
            .withNewConfigMapKeyRef("x", "absent", true)
            .endValueFrom()
            .endEnv()
            .addNewEnv()
            .withName("MEMORY")
            .withNewValueFrom()
            .withNewResourceFieldRef()
            .withResource("limits.memory")
            .withDivisor(new Quantity("1Mi"))
            .endResourceFieldRef()
            .endValueFrom()
            .endEnv()
            .addNewEnv()
            .withName("ADDRESS")
            .withNewValueFrom()
            .withNewFieldRef("v1", "status.podIP")
            .endValueFrom()
            .endEnv()
            .build();

    assertThat(resolve(container))
        .containsEntry("USER", "ada")
        .doesNotContainKey("NONE")
        .containsEntry("MEMORY", "1024")
        .containsEntry("ADDRESS", "127.84.17.1");
  }

  @Test
  void namesWhatIsMissing() {
    assertThatThrownBy(() -> resolve(secretKey("absent", "user")))
        .isInstanceOf(UnusableReference.class)
        .hasMessage("secret \"absent\" not found");
    assertThatThrownBy(() -> resolve(secretKey("login", "password")))
        .hasMessage("couldn't find key password in Secret ops/login");
  }

  private static Container secretKey(String name, String key) {
    return new ContainerBuilder()
        .addNewEnv()
        .withName("X")
        .withNewValueFrom()
        .withNewSecretKeyRef(key, name, false)
        .endValueFrom()
        .endEnv()
        .build();
  }

  private static Map<String, String> resolve(Container container) throws UnusableReference {
    var pod = new PodBuilder().withNewMetadata().withNamespace("ops").endMetadata().build();
    var fields =
        new DownwardFields(pod, "127.84.17.1", "127.0.0.1", Map.of("memory", new Quantity("1Gi")));
    var paths = new MountedPaths(Map.of("/mnt/data", Path.of("/real")));
    return new PodEnvironment("ops", fields, OBJECTS, paths)
        .of(container, Map.of("HOST", "given", "level", "given"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
