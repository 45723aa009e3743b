package dev.acequia.stores.bigquery.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.bigquery.Faults.Fault;
import dev.acequia.servers.bigquery.LocalBigQuery;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatementsIT {
  private static final TableId TABLE = TableId.of(LocalBigQuery.PROJECT, "d", "t");
  private static final String INSERT = "INSERT INTO " + Statements.name(TABLE) + " (n) VALUES (1)";

  private final LocalBigQuery server = LocalBigQuery.start();
  private final AtomicInteger calls = new AtomicInteger();
  private BigQuery client;

  @BeforeEach
  void table() {
    client =
        Clients.statements(
            new StoreDefinition.BigQuery(
                LocalBigQuery.PROJECT,
                "d",
                "t",
                null,
                server.endpoint(),
                server.storageEndpoint(),
                1,
                null,
                List.of(),
                0),
            Map.of());
    client.create(DatasetInfo.of("d"));
    client.create(
        TableInfo.of(
            TABLE,
            StandardTableDefinition.of(Schema.of(Field.of("n", StandardSQLTypeName.INT64)))));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void spoil(Fault fault, int times) {
    server.faults(
        call ->
            call.method().equals("jobs.query") && calls.incrementAndGet() <= times
                ? fault
                : Fault.NONE);
  }

  private int rows() throws StoreUnavailableException {
    return new Statements(client, Map.of())
        .rows("SELECT n FROM " + Statements.name(TABLE), Map.of())
        .size();
  }

  @Test
  void retriesAStatementThatOthersKeptFromRunning() throws Exception {
    spoil(Fault.CONFLICT, 2);
    assertThat(new Statements(client, Map.of()).change(INSERT, Map.of())).isEqualTo(1);
    assertThat(calls).hasValue(3);
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void aStatementThatAlwaysMeetsOthersIsTheStoresTrouble() {
    spoil(Fault.CONFLICT, Integer.MAX_VALUE);
    assertThatThrownBy(() -> new Statements(client, Map.of()).change(INSERT, Map.of()))
        .isInstanceOf(StoreUnavailableException.class)
        .isNotInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("Could not serialize access");
  }

  @Test
  void givesUpAStatementThatHasNoAnswer() {
    spoil(Fault.SILENT, 1);
    assertThatThrownBy(
            () -> new Statements(client, Map.of(), Duration.ofSeconds(1)).change(INSERT, Map.of()))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("no answer for 1 s");
  }
}
