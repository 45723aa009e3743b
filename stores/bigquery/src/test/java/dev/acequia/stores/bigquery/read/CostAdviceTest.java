package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TimePartition;
import java.util.List;
import org.junit.jupiter.api.Test;

class CostAdviceTest {
  private static final StoreDefinition.BigQuery STORE =
      new StoreDefinition.BigQuery(
          "project",
          "dataset",
          "flights",
          null,
          null,
          null,
          5,
          new TimePartition("day", TimePartition.Unit.DAY),
          List.of(),
          5L << 30);

  @Test
  void namesTheFieldByWhichATableIsPartitioned() {
    assertThat(CostAdvice.of(STORE, LoadMode.APPEND))
        .isEqualTo(
            "the query would read more than the 5,120 MiB that a query may: filter by a range of"
                + " 'day', by which the table is partitioned, or ask for fewer or smaller fields"
                + " with select");
  }

  @Test
  void namesNoPartitionWhereChangesAreMergedAtEachQuery() {
    assertThat(CostAdvice.of(STORE, LoadMode.UPSERT)).doesNotContain("'day'");
  }
}
