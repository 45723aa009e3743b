package dev.acequia.api;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.bigquery.LocalBigQuery;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The API over BigQuery. GoogleSQL's reference implementation stands in for the service. */
class BigQueryApiIT extends OtherStoreApi {
  private static final LocalBigQuery SERVER = LocalBigQuery.start();

  @Override
  StoreDefinition store(String table) {
    return new StoreDefinition.BigQuery(
        LocalBigQuery.PROJECT,
        "test",
        table,
        null,
        SERVER.endpoint(),
        SERVER.storageEndpoint(),
        1,
        null,
        List.of(),
        0);
  }

  @Override
  Map<String, String> environment() {
    return Map.of();
  }

  @Override
  List<BigDecimal> extremes() {
    return List.of(new BigDecimal("12345678901234567890123.12"), new BigDecimal("-0.000000001"));
  }

  @Override
  FuzzQuery query(Random random) {
    return FuzzQuery.random(random);
  }

  @Override
  boolean refusesIn(String words) {
    return false;
  }

  @Override
  double answers() {
    return 1;
  }
}
