package dev.acequia.argocd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** The health that Argo CD shows for a pipeline in each state. */
class HealthTest {
  private static final Path FOLDER = ArgoCdTest.FOLDER.resolve("health");
  private static final Path SCRIPT = FOLDER.resolve("datapipeline.lua");

  static List<String> fixtures() throws IOException {
    try (var files = Files.list(FOLDER.resolve("fixtures"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void judgesAPipeline(String fixture) throws IOException {
    var file = FOLDER.resolve("fixtures").resolve(fixture);
    var lines = Files.readAllLines(file);

    var health = judge(ApplicationSet.YAML.readTree(file.toFile()));

    assertThat("# expect: " + health.get("status")).isEqualTo(lines.get(0));
    assertThat("# message: " + health.get("message")).isEqualTo(lines.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DataPipeline", "DataPipelineReplay"})
  void configMapHoldsTheSameScript(String kind) throws IOException {
    assertThat(
            ApplicationSet.YAML
                .readTree(FOLDER.resolve("argocd-cm.yaml").toFile())
                .at("/data/resource.customizations.health.acequia.dev_" + kind)
                .asText())
        .isEqualTo(Files.readString(SCRIPT));
  }

  private static LuaValue judge(JsonNode pipeline) throws IOException {
    var globals = JsePlatform.standardGlobals();
    globals.set("obj", lua(pipeline));
    return globals.load(Files.readString(SCRIPT), "datapipeline.lua").call();
  }

  /** As Argo CD hands an object over: lists count from 1. */
  private static LuaValue lua(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        var table = new LuaTable();
        node.properties().forEach(field -> table.set(field.getKey(), lua(field.getValue())));
        yield table;
      }
      case ARRAY -> {
        var table = new LuaTable();
        for (var i = 0; i < node.size(); i++) {
          table.set(i + 1, lua(node.get(i)));
        }
        yield table;
      }
      case NUMBER -> LuaValue.valueOf(node.doubleValue());
      case BOOLEAN -> LuaValue.valueOf(node.booleanValue());
      case STRING -> LuaValue.valueOf(node.textValue());
      case NULL, MISSING, BINARY, POJO -> LuaValue.NIL;
    };
  }
}
