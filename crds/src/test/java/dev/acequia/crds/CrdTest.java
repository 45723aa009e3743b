package dev.acequia.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrdTest {
  private static final String BLESS = "mvn test -pl crds -am -Dbless";

  @Test
  void committedCrdIsWhatTheModelSays() throws IOException {
    assertFresh(GeneratedCrd.COMMITTED, GeneratedCrd.yaml());
  }

  @Test
  void committedReferenceIsWhatTheCrdSays() throws IOException {
    assertFresh(
        CrdReference.COMMITTED, CrdReference.of(GeneratedCrd.YAML.readTree(GeneratedCrd.yaml())));
  }

  @Test
  void isSmallEnoughForClientSideApply() throws IOException {
    assertThat(GeneratedCrd.yaml().length()).isLessThan(256 * 1024);
  }

  @Test
  void hasNoEmptyProperties() throws IOException {
    assertThat(GeneratedCrd.YAML.readTree(GeneratedCrd.yaml()).findValues("properties"))
        .isNotEmpty()
        .noneMatch(JsonNode::isEmpty);
  }

  @Test
  void describesEveryFieldOfTheSpec() throws IOException {
    var undescribed = new ArrayList<String>();
    var spec =
        GeneratedCrd.at(
            GeneratedCrd.YAML.readTree(GeneratedCrd.yaml()),
            "/spec/versions/0/schema/openAPIV3Schema/properties/spec");
    collectUndescribed(spec, "spec", undescribed);
    assertThat(undescribed).isEqualTo(List.of());
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
