package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.acequia.contract.PipelineMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Rules and board name what the code exposes, and every alert leads somewhere. */
class MonitoringTest {
  private static final Path RUNBOOKS = Path.of("../docs/runbooks");

  private final JsonNode rules;
  private final JsonNode dashboard;
  private final JsonNode alertTests;
  private final Set<String> recorded;

  MonitoringTest() throws IOException {
    var yaml = YAMLMapper.builder().build();
    rules = yaml.readTree(Path.of("acequia/rules/acequia.yaml").toFile());
    alertTests = yaml.readTree(Path.of("src/test/promtool/acequia_test.yaml").toFile());
    dashboard =
        JsonMapper.builder().build().readTree(Path.of("acequia/dashboards/fleet.json").toFile());
    recorded = Set.copyOf(rules.findValuesAsText("record"));
  }

  @Test
  void rulesNameWhatTheCodeExposes() {
    assertThat(expressionsOf(rules)).hasSizeGreaterThan(10).allSatisfy(this::assertKnown);
  }

  @Test
  void everyQueryOfTheBoardNamesWhatTheCodeExposes() {
    assertThat(expressionsOf(dashboard)).hasSizeGreaterThan(20).allSatisfy(this::assertKnown);
  }

  @Test
  void theBoardsVariablesNameWhatTheCodeExposes() {
    assertThat(dashboard.at("/templating/list").findValuesAsText("definition"))
        .containsExactly(
            "label_values(%s, %s)"
                .formatted(
                    PipelineMetric.PIPELINE_INFO.exposedName(),
                    PipelineMetric.PIPELINE_LABELS.getFirst()));
  }

  @Test
  void theBoardShowsAllPipelineMetricsButTheDescription() {
    var all = String.join("\n", expressionsOf(dashboard)) + String.join("\n", expressionsOf(rules));
    assertThat(PipelineMetric.values())
        .allSatisfy(metric -> assertThat(all).contains(metric.exposedName()));
  }

  @Test
  void noQueryListsAllPipelinesOfALargeFleet() {
    assertThat(expressionsOf(dashboard))
        .allSatisfy(
            query ->
                assertThat(query)
                    .matches("(?s)(topk\\(\\$top|count|sum|avg|max|histogram_quantile).*"));
  }

  @Test
  void panelsHaveAPlaceOfTheirOwnAndSayWhatTheyShow() {
    var panels = stream(dashboard.get("panels"));
    assertThat(panels.stream().map(panel -> panel.get("id").asInt())).doesNotHaveDuplicates();
    assertThat(panels)
        .filteredOn(panel -> !panel.get("type").asText().equals("row"))
        .allSatisfy(panel -> assertThat(panel.path("description").asText()).isNotBlank());
    assertThat(
            panels.stream()
                .flatMap(panel -> cells(panel.get("gridPos")))
                .collect(Collectors.toList()))
        .doesNotHaveDuplicates();
  }

  @Test
  void everyAlertHasARunbookAndEveryRunbookAnAlert() throws IOException {
    try (var pages = Files.list(RUNBOOKS)) {
      assertThat(pages.map(page -> page.getFileName().toString()))
          .contains("README.md")
          .filteredOn(page -> !page.equals("README.md"))
          .containsExactlyInAnyOrderElementsOf(
              alerts().stream().map(alert -> alert + ".md").toList());
    }
    for (var group : rules.get("groups")) {
      for (var rule : group.get("rules")) {
        if (rule.has("alert")) {
          assertThat(rule.at("/annotations/runbook_url").asText())
              .isEqualTo("docs/runbooks/" + rule.get("alert").asText() + ".md");
          assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
        }
      }
    }
  }

  @Test
  void everyAlertHasATest() {
    assertThat(alertTests.findValuesAsText("alertname")).containsAll(alerts());
  }

  private List<String> alerts() {
    return rules.findValuesAsText("alert");
  }

  private void assertKnown(String expression) {
    assertThat(new PrometheusExpression(expression, recorded).unknown())
        .as(expression)
        .isEqualTo(List.of());
  }

  private static List<String> expressionsOf(JsonNode tree) {
    return tree.findValuesAsText("expr");
  }

  private static List<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static Stream<String> cells(JsonNode place) {
    var x = place.get("x").asInt();
    var y = place.get("y").asInt();
    return Stream.iterate(y, row -> row < y + place.get("h").asInt(), row -> row + 1)
        .flatMap(
            row ->
                Stream.iterate(x, column -> column < x + place.get("w").asInt(), c -> c + 1)
                    .map(column -> column + "," + row));
  }
}
