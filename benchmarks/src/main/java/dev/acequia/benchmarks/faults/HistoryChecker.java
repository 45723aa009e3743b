package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;
import java.sql.SQLException;

/**
 * Reads the whole topic and the whole table, each by itself and without the product's code, and
 * compares. What a consumer, an offsets table or a counter says is not asked.
 */
final class HistoryChecker {
  private final HistoryPipeline pipeline;
  private final HistoryProducer producer;

  /**
   * A check of what is there now.
   *
   * @param producer who knows what Kafka has confirmed
   */
  HistoryChecker(HistoryPipeline pipeline, HistoryProducer producer) {
    this.pipeline = pipeline;
    this.producer = producer;
  }

  Findings check() throws SQLException {
    var findings = new Findings();
    var topic =
        pipeline.mode() == LoadMode.UPSERT
            ? new KeyComparison(pipeline, findings).compare()
            : new RowComparison(pipeline, producer.withKey(), findings).compare();
    var missing = producer.acknowledged();
    missing.andNot(topic);
    var lostByKafka = pipeline.lost().ids();
    lostByKafka.and(missing);
    findings.lostByKafka(lostByKafka.cardinality());
    missing.andNot(lostByKafka);
    missing.stream()
        .forEach(
            id ->
                findings.add(
                    Finding.Kind.NOT_IN_TOPIC, "id " + id, "acknowledged, and not in the topic"));
    return findings;
  }
}
