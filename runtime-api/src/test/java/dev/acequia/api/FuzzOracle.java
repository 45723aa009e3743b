package dev.acequia.api;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.reference.ReferenceDefinition;
import dev.acequia.stores.reference.ReferenceStore;
import dev.acequia.stores.testkit.FuzzValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The same rows in the reference store, which says what queries have for an answer. */
final class FuzzOracle implements AutoCloseable {
  private static final Schema SCHEMA =
      new Schema(List.of("id"), FuzzValues.FIELDS, UnknownFields.REJECT);

  private static final PipelineDefinition DEFINITION =
      new PipelineDefinition(
          "test",
          "oracle",
          null,
          SCHEMA,
          new TopicDefinition("oracle", "AAAAAAAAAAAAAAAAAAAAAA", 1, "oracle.dlq"),
          new ReferenceDefinition("oracle"),
          LoadMode.UPSERT,
          1000,
          0.05,
          null);

  private final Map<String, String> environment =
      Map.of("STORE_URI", "memory:" + UUID.randomUUID());
  private final RecordColumns columns = RecordColumns.of(DEFINITION);
  private final StoreReader reader;

  FuzzOracle(List<Map<String, Object>> rows)
      throws TerminationException, StoreUnavailableException, BadRecordException {
    var log =
        new TopicLog(
            DEFINITION.topic().uuid(),
            List.of(new TopicLog.Range(0, 0, null)),
            (partition, offset, leaderEpoch) -> Optional.empty());
    StoreMigration.open(DEFINITION, environment).migrate(log);
    FuzzTable.store(DEFINITION, environment, rows);
    reader = StoreReader.open(DEFINITION, environment);
  }

  /** All rows of the answer, its limit and offset aside. */
  List<List<@Nullable Object>> answer(FuzzQuery asked) throws IOException {
    var query = asked.query(columns);
    var answer = new ArrayList<List<@Nullable Object>>();
    try {
      reader.read(
          query,
          row -> {
            var values = new ArrayList<@Nullable Object>();
            for (var i = 0; i < query.select().size(); i++) {
              values.add(value(row, i, query.select().get(i).expression()));
            }
            answer.add(values);
          });
    } catch (StoreReadException e) {
      throw new IllegalStateException(asked.text(), e);
    }
    return answer;
  }

  private static @Nullable Object value(ResultRow row, int column, Expression expression) {
    if (row.isNull(column)) {
      return null;
    }
    return switch (expression.type()) {
      case INT32, INT64 -> (Object) row.longAt(column);
      case BOOLEAN -> row.longAt(column) != 0;
      case DOUBLE -> row.doubleAt(column);
      case DECIMAL -> row.decimalAt(column);
      case DATE -> LocalDate.ofEpochDay(row.longAt(column));
      case TIMESTAMP -> Instant.EPOCH.plus(row.longAt(column), ChronoUnit.MICROS);
      case UUID -> new UUID(row.uuidMostAt(column), row.uuidLeastAt(column));
      case STRING, JSON -> new String(row.utf8At(column), StandardCharsets.UTF_8);
    };
  }

  @Override
  public void close() {
    reader.close();
    ReferenceStore.forget(environment);
  }
}
