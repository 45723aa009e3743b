package dev.acequia.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Report REPORT = new Report("Loading", List.of("2 cores"), results());

  private static List<Result> results() {
    var rounds = new Rounds();
    for (var rate : new double[] {3_000, 1_000, 2_000}) {
      var figures = new Figures();
      figures.put(Metric.PER_SECOND, rate);
      rounds.add("limit", "append", figures);
    }
    var once = new Figures();
    once.put(Metric.PER_SECOND, 500);
    once.put(Metric.PEAK_RSS_MIB, 120.4);
    rounds.add("ours", "upsert", once);
    return rounds.results();
  }

  @Test
  void tableShowsMediansWithTheirRangesBelow() {
    assertThat(ReportTable.of(REPORT))
        .isEqualTo(
            """
            Loading
              2 cores

            subject  mode       per second  peak RSS MiB
            limit    append          2,000             -
                             1,000 - 3,000
            ours     upsert            500           120
            """);
  }

  @Test
  void jsonHasTheContractsPropertiesAndWhatElseWasMeasured() {
    var json = ReportJson.of(REPORT);
    assertThat(json).hasSize(2);
    assertThat(json.get(0).toString())
        .isEqualTo(
            "{\"subject\":\"limit\",\"mode\":\"append\",\"per_second\":2000.0,\"ratio_to_limit\":null,"
                + "\"ratio_to_peer\":null,\"p99_ms\":null,\"cpu_seconds_per_million\":null,"
                + "\"peak_rss_mib\":null,\"ranges\":{\"per_second\":[1000.0,3000.0]}}");
    assertThat(json.get(1).path("peak_rss_mib").asDouble()).isEqualTo(120.4);
    assertThat(json.get(1).has("cold_start_ms")).isFalse();
  }

  @Test
  void saysOfEachCheckWhetherItHeld() {
    var report =
        new Report(
            "Idling",
            List.of(),
            List.of(),
            List.of(Check.atMost("writes", 0, 4), new Check("threads", 1, 2, 2)));
    assertThat(ReportTable.of(report))
        .endsWith(
            """
            MISSED  writes: 4.0, at most 0.0
            held    threads: 2.0, at least 1.0, at most 2.0
            """);
    assertThat(ReportJson.of(report).get(0).toString())
        .isEqualTo(
            "{\"check\":\"writes\",\"at_least\":0.0,\"at_most\":0.0,\"seen\":4.0,\"held\":false}");
  }

  /** Or a check would pass for which nobody looked. */
  @Test
  void aCheckWithALowerLimitIsMissedByLessToo() {
    assertThat(new Check("threads", 1, 2, 0).isHeld()).isFalse();
    assertThat(new Check("threads", 1, 2, 1).isHeld()).isTrue();
    assertThat(new Check("threads", 1, 2, 3).isHeld()).isFalse();
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    assertThat(Spread.of(4, 1, 3, 2)).isEqualTo(new Spread(2.5, 1, 4, 4));
  }

  @Test
  void percentileIsTheNearestRank() {
    var values = IntStream.rangeClosed(1, 200).asDoubleStream().toArray();
    assertThat(Spread.percentile(values, 99)).isEqualTo(198);
    assertThat(Spread.percentile(values, 100)).isEqualTo(200);
  }

  @Test
  void refusesASpreadOfNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> Spread.of());
  }
}
