package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.bigquery.LocalBigQuery;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.StoreFixture;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A dataset of one test's own, where what is read was stored by the module's writer. */
final class ReadFixture implements StoreFixture {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** A decimal without digits is a NUMERIC. */
  private static final NumericKind DECIMAL = NumericKind.NUMERIC;

  private static final long OFFSETS = 100;

  private final String dataset = "read_" + COUNT.incrementAndGet();
  private final LocalBigQuery server;

  private static final class Server {
    static final LocalBigQuery SHARED = LocalBigQuery.start();
  }

  /** In a stand-in that all share. */
  ReadFixture() {
    this(Server.SHARED);
  }

  ReadFixture(LocalBigQuery server) {
    this.server = server;
  }

  @Override
  public StoreDefinition.BigQuery definition(String table) {
    return new StoreDefinition.BigQuery(
        LocalBigQuery.PROJECT,
        dataset,
        table,
        null,
        server.endpoint(),
        server.storageEndpoint(),
        1,
        null,
        List.of(),
        0);
  }

  /** Makes the tables of a pipeline. */
  static void migrate(PipelineDefinition definition) throws Exception {
    StoreMigration.open(definition, Map.of())
        .migrate(Pipelines.log(definition.topic().uuid(), 1, 0, 1_000));
  }

  /** Fills a batch. */
  interface Rows {
    /** Adds rows from an offset on. */
    void add(StoreBatch batch, long offset) throws Exception;
  }

  /** Stores rows of the next hundred offsets. */
  static void store(PipelineDefinition definition, Rows rows) throws Exception {
    try (var writer = StoreWriter.open(definition, Map.of())) {
      var claim = writer.claim(0).orElseThrow();
      var from = claim.nextOffset();
      var batch = writer.newBatch();
      rows.add(batch, from);
      writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), from, from + OFFSETS, null)),
          rejected -> {
            if (!rejected.isEmpty()) {
              throw new AssertionError(rejected);
            }
          });
    }
  }

  @Override
  public Map<String, String> migrationEnvironment() {
    return Map.of();
  }

  @Override
  public Map<String, String> writerEnvironment(String pod) {
    return Map.of();
  }

  @Override
  public Map<String, String> readerEnvironment() {
    return Map.of();
  }

  @Override
  public Optional<BigDecimal> stored(BigDecimal decimal) {
    return decimal.precision() - (long) decimal.scale() > DECIMAL.precision() - DECIMAL.scale()
            || decimal.stripTrailingZeros().scale() > DECIMAL.scale()
        ? Optional.empty()
        : Optional.of(new BigDecimal(decimal.stripTrailingZeros().toPlainString()));
  }

  /** The stand-in compares each row with each key. */
  @Override
  public int readsAtATime() {
    return 400;
  }

  @Override
  public void age(PipelineDefinition definition, Duration by) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void loseRows(PipelineDefinition definition, long fromOffset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void dropTable(PipelineDefinition definition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void refill(PipelineDefinition definition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<String> refuse(PipelineDefinition definition, String field) {
    return Optional.empty();
  }

  @Override
  public boolean cutConnections() {
    return false;
  }

  @Override
  public void close() {}
}
