package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;

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

  Findings check() throws StoreDownException {
    var findings = new Findings();
    var records = HistoryRecords.of(pipeline);
    var table = pipeline.table();
    var topic =
        pipeline.mode() == LoadMode.UPSERT
            ? new KeyComparison(records, table, findings).compare()
            : new RowComparison(
                    records,
                    table,
                    producer.withKey(),
                    new RepeatTally(pipeline.servers().clocks().databaseJumps()),
                    findings)
                .compare();
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
