package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.operator.plan.PipelineNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Rules and board name what the code exposes, and every alert leads somewhere. */
class MonitoringTest {
  private static final Path RUNBOOKS = Path.of("../docs/runbooks");
  private static final Chart MONITORED = Chart.OPERATOR.with("monitoring.podMonitor.enabled", true);

  /** They go by its gauges, and by what was seen of them before. */
  private static final Set<String> OUTLIVE_THE_OPERATOR =
      Set.of("AcequiaOperatorAbsent", "AcequiaRemovalLeft");

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

  /** Whoever may create Pods in a namespace has them say what they like. */
  @Test
  void whatAPipelinesPodSaysIsAboutThatPipeline() throws IOException {
    for (var chart : List.of(MONITORED, MONITORED.watching("orders", "payments"))) {
      var endpoint = podMonitor(chart, "acequia-pipelines").at("/spec/podMetricsEndpoints/0");
      assertThat(endpoint.get("honorLabels").asBoolean(true)).isFalse();
      assertThat(stream(endpoint.get("relabelings")))
          .extracting(
              rule -> rule.at("/sourceLabels/0").asText() + " " + rule.get("targetLabel").asText())
          .containsExactly(
              "__meta_kubernetes_namespace pipeline_namespace",
              "__meta_kubernetes_pod_label_%s pipeline"
                  .formatted(PipelineNames.INSTANCE_LABEL.replaceAll("[./-]", "_")));
      assertThat(ruleOf(endpoint, "labeldrop").get("regex").asText())
          .isEqualTo(
              PipelineMetric.PIPELINE_LABELS.reversed().stream()
                  .collect(Collectors.joining("|", "exported_(", ")")));
    }
  }

  @Test
  void aPipelinesPodCannotSayWhatTheOperatorOrARuleSays() throws IOException {
    var rule =
        ruleOf(
            podMonitor(MONITORED, "acequia-pipelines").at("/spec/podMetricsEndpoints/0"), "drop");
    assertThat(rule.at("/sourceLabels").toString()).isEqualTo("[\"__name__\"]");
    var dropped = Pattern.compile(rule.get("regex").asText()).asMatchPredicate();
    for (var metric : PipelineMetric.values()) {
      assertThat(series(metric))
          .allSatisfy(
              name ->
                  assertThat(dropped.test(name))
                      .as(name)
                      .isEqualTo(metric.source() != PipelineMetric.Source.PIPELINE));
    }
    assertThat(recorded).allMatch(dropped);
    assertThat(dropped.test("jvm_memory_used_bytes")).isFalse();
  }

  @Test
  void theOperatorIsScrapedInItsOwnNamespaceAlone() throws IOException {
    for (var chart : List.of(MONITORED, MONITORED.watching("orders", "payments"))) {
      var spec = podMonitor(chart, "acequia").get("spec");
      assertThat(spec.get("namespaceSelector").toString())
          .isEqualTo("{\"matchNames\":[\"acequia-system\"]}");
      assertThat(spec.get("selector").toString())
          .isEqualTo(
              "{\"matchLabels\":{\"app.kubernetes.io/name\":\"acequia\",\"app.kubernetes.io/instance\":\"acequia\"}}");
    }
    assertThat(podMonitor(MONITORED, "acequia-pipelines").at("/spec/namespaceSelector").toString())
        .isEqualTo("{\"any\":true}");
    assertThat(
            podMonitor(MONITORED.watching("orders", "payments"), "acequia-pipelines")
                .at("/spec/namespaceSelector")
                .toString())
        .isEqualTo("{\"matchNames\":[\"orders\",\"payments\"]}");
  }

  /** Those who scrape in another way copy it from there. */
  @Test
  void theNotesNameWhatIsDropped() throws IOException {
    var regex =
        ruleOf(podMonitor(MONITORED, "acequia-pipelines").at("/spec/podMetricsEndpoints/0"), "drop")
            .get("regex")
            .asText();
    assertThat(Files.readString(Path.of("acequia/templates/NOTES.txt"))).contains(regex);
  }

  private static JsonNode podMonitor(Chart chart, String name) throws IOException {
    for (var document : chart.render().split("(?m)^---$")) {
      var object = YAMLMapper.builder().build().readTree(document);
      if (object.at("/kind").asText().equals("PodMonitor")
          && object.at("/metadata/name").asText().equals(name)) {
        return object;
      }
    }
    throw new IllegalStateException("no PodMonitor " + name);
  }

  private static JsonNode ruleOf(JsonNode endpoint, String action) {
    return stream(endpoint.get("metricRelabelings")).stream()
        .filter(rule -> rule.get("action").asText().equals(action))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> series(PipelineMetric metric) {
    return switch (metric.kind()) {
      case COUNTER, GAUGE, INFO -> List.of(metric.exposedName());
      case HISTOGRAM ->
          Stream.of("", "_bucket", "_sum", "_count")
              .map(suffix -> metric.exposedName() + suffix)
              .toList();
    };
  }

  /** An alert that is blind without the operator is named where the operator is missed. */
  @Test
  void theRunbookNamesTheAlertsThatGoByTheOperatorsGauges() throws IOException {
    var page = Files.readString(RUNBOOKS.resolve("AcequiaOperatorAbsent.md"));
    var silent =
        page.substring(page.indexOf("**These alerts are silent"), page.indexOf(" go on. Until"));
    var blind = silent.substring(0, silent.lastIndexOf(". "));
    for (var group : rules.get("groups")) {
      for (var rule : group.get("rules")) {
        var alert = rule.path("alert").asText();
        if (!alert.isEmpty() && !OUTLIVE_THE_OPERATOR.contains(alert)) {
          assertThat(blind.contains(alert))
              .as(alert)
              .isEqualTo(isOfTheOperator(rule.get("expr").asText()));
        }
      }
    }
  }

  private static boolean isOfTheOperator(String expression) {
    return expression.contains("acequia:pipeline_ready:seen")
        || Arrays.stream(PipelineMetric.values())
            .filter(metric -> metric.source() != PipelineMetric.Source.PIPELINE)
            .anyMatch(metric -> expression.contains(metric.exposedName()));
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
