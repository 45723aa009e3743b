package dev.acequia.argocd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.acequia.charts.Chart;
import dev.acequia.charts.Golden;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgoCdTest {
  static final Path FOLDER = Path.of("../argocd");
  private static final List<String> SETS = List.of("platform", "pipelines");

  @TempDir Path scratch;

  private final JsonNode project;

  ArgoCdTest() throws IOException {
    project = ApplicationSet.YAML.readTree(FOLDER.resolve("project.yaml").toFile()).get("spec");
  }

  @ParameterizedTest
  @ValueSource(strings = {"develop", "qa", "staging", "prod"})
  void eachEnvironmentHasItsApplications(String environment) throws IOException {
    var applications = new ArrayList<String>();
    for (var set : SETS) {
      for (var application : applications(set)) {
        if (application
            .at("/metadata/labels/acequia.dev~1environment")
            .asText()
            .equals(environment)) {
          applications.add(ApplicationSet.YAML.writeValueAsString(application));
        }
      }
    }
    Golden.assertGolden("argocd/" + environment + ".yaml", String.join("---\n", applications));
  }

  @Test
  void onlyProdWaitsForSomeoneToSync() throws IOException {
    for (var set : SETS) {
      assertThat(applications(set))
          .hasSize(4)
          .filteredOn(application -> !application.at("/spec/syncPolicy").has("automated"))
          .extracting(application -> application.at("/metadata/name").asText())
          .containsExactly("acequia-" + set + "-prod");
    }
  }

  @Test
  void applicationsAreWhatTheProjectAllows() throws IOException {
    for (var set : SETS) {
      for (var application : applications(set)) {
        assertThat(application.at("/spec/project").asText()).isEqualTo("acequia");
        assertThat(allowsNamespace(application.at("/spec/destination/namespace").asText()))
            .isTrue();
        assertThat(application.findValuesAsText("repoURL"))
            .isNotEmpty()
            .isSubsetOf(texts(project.get("sourceRepos")));
        assertThat(application.findValuesAsText("path"))
            .isNotEmpty()
            .allSatisfy(path -> assertThat(FOLDER.resolveSibling(path)).isDirectory());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"develop", "qa", "staging", "prod"})
  void chartsRenderWhatTheProjectAllows(String environment) {
    var operator =
        Chart.BARE.withValueFile(
            FOLDER.resolve("environments").resolve(environment).resolve("values.yaml"));
    assertThat(Stream.concat(Chart.CRDS.objects().stream(), operator.objects().stream()))
        .hasSizeGreaterThan(8)
        .allSatisfy(object -> assertThat(allows(object)).as(object.getKind()).isTrue());
  }

  @Test
  void applicationToStartWithBringsProjectAndSets() throws IOException {
    var include =
        ApplicationSet.YAML
            .readTree(FOLDER.resolve("application.yaml").toFile())
            .at("/spec/source/directory/include")
            .asText();
    var matcher = FOLDER.getFileSystem().getPathMatcher("glob:" + include);
    assertThat(FOLDER)
        .isDirectoryContaining(file -> matcher.matches(Path.of("project.yaml")))
        .isDirectoryNotContaining(file -> matcher.matches(Path.of("application.yaml")));
    assertThat(SETS).allMatch(set -> matcher.matches(Path.of("applicationset-" + set + ".yaml")));
  }

  private List<? extends JsonNode> applications(String set) throws IOException {
    return new ApplicationSet(FOLDER.resolve("applicationset-" + set + ".yaml"))
        .applications(scratch);
  }

  private boolean allows(HasMetadata object) {
    var namespace = object.getMetadata().getNamespace();
    var list = namespace == null ? "clusterResourceWhitelist" : "namespaceResourceWhitelist";
    var version = object.getApiVersion();
    var group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
    var allowed = false;
    for (var kind : project.get(list)) {
      allowed |=
          kind.get("group").asText().equals(group)
              && kind.get("kind").asText().equals(object.getKind());
    }
    return allowed && (namespace == null || allowsNamespace(namespace));
  }

  private boolean allowsNamespace(String namespace) {
    return project.get("destinations").findValuesAsText("namespace").stream()
        .anyMatch(pattern -> namespace.matches(pattern.replace("*", ".*")));
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
