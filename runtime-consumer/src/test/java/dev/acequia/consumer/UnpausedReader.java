package dev.acequia.consumer;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Asks for a pipeline's first rows over and over, as the API of one version of it does. */
final class UnpausedReader implements AutoCloseable {
  private final StoreReader reader;
  private final Query query;
  private final Thread thread;
  private final AtomicInteger answers = new AtomicInteger();
  private volatile List<String> latest = List.of();
  private volatile @Nullable Exception failure;
  private volatile boolean stopping;

  UnpausedReader(PipelineDefinition definition, Map<String, String> environment) {
    reader = StoreReader.open(definition, environment);
    var columns = RecordColumns.of(definition);
    query =
        new Query(columns.all(), Condition.always(), columns.total(List.of()), List.of(), 100, 0);
    thread = Thread.ofPlatform().daemon().name("reader").start(this::readOn);
  }

  private void readOn() {
    while (!stopping && failure == null) {
      try {
        latest = read();
        answers.incrementAndGet();
      } catch (Exception e) {
        failure = e;
      }
    }
  }

  /** The rows, the fields' values joined by {@code |}. */
  private List<String> read() throws StoreReadException, IOException {
    var rows = new ArrayList<String>();
    reader.read(query, row -> rows.add(shown(row)));
    return rows;
  }

  private String shown(ResultRow row) {
    var values = new ArrayList<String>();
    for (var i = 0; i < query.select().size(); i++) {
      values.add(row.isNull(i) ? "-" : shown(row, i, query.select().get(i).expression()));
    }
    return String.join("|", values);
  }

  private static String shown(ResultRow row, int column, Expression expression) {
    FieldType type = expression.type();
    return switch (type) {
      case STRING, JSON -> new String(row.utf8At(column), StandardCharsets.UTF_8);
      case INT32, INT64, BOOLEAN, DATE, TIMESTAMP -> Long.toString(row.longAt(column));
      case DOUBLE -> Double.toString(row.doubleAt(column));
      case DECIMAL -> row.decimalAt(column).toPlainString();
      case UUID -> new UUID(row.uuidMostAt(column), row.uuidLeastAt(column)).toString();
    };
  }

  /** What it was answered last; fails when it was ever refused an answer. */
  List<String> latest() {
    check();
    return latest;
  }

  /** Waits for an answer to a question that is asked from now on. */
  List<String> next() {
    var begun = answers.get() + 2;
    TestPipeline.await()
        .until(
            () -> {
              check();
              return answers.get() >= begun;
            });
    return latest;
  }

  private void check() {
    var trouble = failure;
    if (trouble != null) {
      throw new AssertionError("a reader was refused after " + answers + " answers", trouble);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopping = true;
    thread.join(20_000);
    reader.close();
    check();
  }
}
