package dev.acequia.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.generator.annotation.Max;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CrdTest {
  private static final String BLESS = "mvn test -pl crds -am -Dbless";

  @ParameterizedTest
  @EnumSource
  void committedCrdIsWhatTheModelSays(GeneratedCrd crd) throws IOException {
    assertFresh(crd.committed(), crd.yaml());
  }

  @Test
  void committedReferenceIsWhatTheCrdSays() throws IOException {
    assertFresh(
        CrdReference.COMMITTED,
        CrdReference.of(
            GeneratedCrd.YAML.readTree(GeneratedCrd.PIPELINE.yaml()),
            GeneratedCrd.YAML.readTree(GeneratedCrd.REPLAY.yaml())));
  }

  @ParameterizedTest
  @EnumSource
  void isSmallEnoughForClientSideApply(GeneratedCrd crd) throws IOException {
    assertThat(crd.yaml().length()).isLessThan(256 * 1024);
  }

  @ParameterizedTest
  @EnumSource
  void hasNoEmptyProperties(GeneratedCrd crd) throws IOException {
    assertThat(GeneratedCrd.YAML.readTree(crd.yaml()).findValues("properties"))
        .isNotEmpty()
        .noneMatch(JsonNode::isEmpty);
  }

  @ParameterizedTest
  @EnumSource
  void describesEveryFieldOfTheSpec(GeneratedCrd crd) throws IOException {
    var undescribed = new ArrayList<String>();
    var spec =
        GeneratedCrd.at(
            GeneratedCrd.YAML.readTree(crd.yaml()),
            "/spec/versions/0/schema/openAPIV3Schema/properties/spec");
    collectUndescribed(spec, "spec", undescribed);
    assertThat(undescribed).isEqualTo(List.of());
  }

  /** Who may write a status writes any number, and one that is too large stops every reader. */
  @Test
  void boundsEachNumberThatTheModelReadsAsAnInt() throws Exception {
    var unbounded = new ArrayList<String>();
    try (var sources = Files.list(Path.of("src/main/java/dev/acequia/crds"))) {
      for (var source : sources.toList()) {
        var name = source.getFileName().toString().replace(".java", "");
        if (name.equals("package-info")) {
          continue;
        }
        var type = Class.forName(CrdTest.class.getPackageName() + "." + name);
        for (var component :
            Optional.ofNullable(type.getRecordComponents()).orElse(new RecordComponent[0])) {
          if (Set.of(int.class, Integer.class).contains(component.getType())
              && !type.getDeclaredField(component.getName()).isAnnotationPresent(Max.class)) {
            unbounded.add(name + "." + component.getName());
          }
        }
      }
    }
    assertThat(unbounded).isEmpty();
  }

  private static void assertFresh(Path file, String generated) throws IOException {
    if (System.getProperty("bless") != null) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, generated);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as("%s is stale: run %s and commit it", file.normalize(), BLESS)
        .isEqualTo(generated);
  }

  private static void collectUndescribed(JsonNode schema, String path, List<String> undescribed) {
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              var here = path + "." + property.getKey();
              if (!property.getValue().has("description")) {
                undescribed.add(here);
              }
              collectUndescribed(property.getValue(), here, undescribed);
              collectUndescribed(property.getValue().path("items"), here + "[]", undescribed);
            });
  }
}
