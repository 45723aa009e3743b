package dev.acequia.stores.bigquery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.servers.bigquery.Faults;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

/**
 * The documented roles grant each process what it calls, and nothing else. The stand-in asks nobody
 * for a right: it says what was called, and this class knows which permission a call needs.
 */
class RolesIT {
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};

  private static final Path ROLES = Path.of("../../docs/stores/bigquery-roles");

  private final Set<String> used = new ConcurrentSkipListSet<>();

  @Test
  void eachRoleMayDoWhatItDoesAndNoMore() throws Exception {
    try (var fixture = new BigQueryFixture()) {
      fixture.server().faults(this::note);
      for (var mode : LoadMode.values()) {
        var pipeline = new BigQueryPipeline(fixture, mode);
        var wider =
            new BigQueryPipeline(
                fixture,
                mode,
                new Field("id", FieldType.DECIMAL, true, null),
                BigQueryPipeline.NAME,
                new Field("note", FieldType.STRING, false, null));
        for (var step : mode == LoadMode.APPEND ? List.of(pipeline, wider) : List.of(pipeline)) {
          step.migrate();
        }
        pipeline.drop();
      }
    }
    assertEquals(granted("migration"), used);
  }

  @Test
  void theConsumerMayLoad() throws Exception {
    try (var fixture = new BigQueryFixture()) {
      for (var mode : LoadMode.values()) {
        var pipeline = new BigQueryPipeline(fixture, mode);
        pipeline.migrate();
        fixture.server().faults(this::note);
        try (var writer = pipeline.writer()) {
          writer.probe();
          var claim = BigQueryPipeline.claim(writer);
          var batch = writer.newBatch();
          pipeline.add(batch, claim.nextOffset(), "{\"id\": 1, \"name\": \"a\"}");
          writer.write(batch, BigQueryPipeline.advance(claim, claim.nextOffset() + 1), OPEN);
        }
        fixture.server().faults(Faults.NONE);
        pipeline.drop();
      }
    }
    assertEquals(granted("writer"), used);
  }

  @Test
  void theApiMayAsk() throws Exception {
    try (var fixture = new BigQueryFixture()) {
      var pipeline = new BigQueryPipeline(fixture, LoadMode.APPEND);
      pipeline.migrate();
      fixture.server().faults(this::note);
      try (var reader = StoreReader.open(pipeline.definition, fixture.readerEnvironment())) {
        reader.probe();
        var columns = RecordColumns.of(pipeline.definition);
        var everything =
            new Query(
                columns.all(), Condition.always(), columns.total(List.of()), List.of(), 10, 0);
        reader.read(everything, row -> {});
        reader.estimate(everything);
      }
    }
    assertEquals(granted("reader"), used);
  }

  private Faults.Fault note(Faults.Call call) {
    used.addAll(needed(call));
    return Faults.Fault.NONE;
  }

  /** https://cloud.google.com/bigquery/docs/access-control#bq-permissions. */
  private static Set<String> needed(Faults.Call call) {
    return switch (call.method()) {
      case "jobs.query", "jobs.insert" -> statement(call.subject());
      // The creator of a job may read its results and cancel it.
      case "jobs.getQueryResults", "jobs.get", "jobs.cancel" -> Set.of();
      case "datasets.insert" -> Set.of("bigquery.datasets.create");
      case "datasets.get" -> Set.of("bigquery.datasets.get");
      case "tables.insert" -> Set.of("bigquery.tables.create");
      case "tables.get" -> Set.of("bigquery.tables.get");
      case "tables.patch", "tables.update" -> Set.of("bigquery.tables.update");
      case "tables.delete" -> Set.of("bigquery.tables.delete");
      case "CreateWriteStream", "AppendRows", "FinalizeWriteStream" ->
          Set.of("bigquery.tables.updateData");
      default -> throw new AssertionError("which permission does this need? " + call);
    };
  }

  private static Set<String> statement(String sql) {
    var permissions = new TreeSet<>(Set.of("bigquery.jobs.create", "bigquery.tables.getData"));
    var begin = sql.strip().toUpperCase(Locale.ROOT);
    if (begin.startsWith("ALTER")) {
      return Set.of("bigquery.jobs.create", "bigquery.tables.get", "bigquery.tables.update");
    }
    if (!begin.startsWith("SELECT") && !begin.startsWith("WITH")) {
      permissions.add("bigquery.tables.updateData");
    }
    return permissions;
  }

  private static Set<String> granted(String role) throws IOException {
    var granted = new TreeSet<String>();
    Files.readAllLines(ROLES.resolve(role + ".yaml")).stream()
        .filter(line -> line.startsWith("- "))
        .forEach(line -> granted.add(line.substring(2)));
    return granted;
  }
}
