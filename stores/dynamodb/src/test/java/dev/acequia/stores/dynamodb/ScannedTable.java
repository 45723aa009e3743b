package dev.acequia.stores.dynamodb;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemRow;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** All records of a table, for tests that look at what was stored. No pipeline reads so. */
final class ScannedTable implements StoreReader {
  private final DynamoDbClient client;
  private final String table;

  ScannedTable(DynamoDbClient client, PipelineDefinition definition) {
    this.client = client;
    table = ((StoreDefinition.DynamoDb) definition.store()).table();
  }

  @Override
  public void read(Query query, RowSink sink) throws IOException {
    if (!query.where().equals(Condition.always())) {
      throw new UnsupportedOperationException(query.toString());
    }
    var items =
        client.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items().stream()
            .filter(item -> ItemKeys.isRecord(item, 0))
            .sorted(order(query))
            .toList();
    var row = new ItemRow(query.columns());
    for (var item : items) {
      sink.row(row.of(item));
    }
  }

  private static Comparator<Map<String, AttributeValue>> order(Query query) {
    return query.order().stream()
        .map(term -> by(term.expression()))
        .reduce(Comparator::thenComparing)
        .orElseThrow();
  }

  /** Ascending: no test wants another order. */
  private static Comparator<Map<String, AttributeValue>> by(Expression expression) {
    var rows = new ItemRow(List.of(expression));
    return switch (expression.type()) {
      case INT32, INT64, BOOLEAN, DATE, TIMESTAMP ->
          Comparator.comparingLong(item -> rows.of(item).longAt(0));
      case DOUBLE -> Comparator.comparingDouble(item -> rows.of(item).doubleAt(0));
      case DECIMAL -> Comparator.comparing(item -> rows.of(item).decimalAt(0));
      case STRING, UUID, JSON ->
          Comparator.comparing(item -> rows.of(item).utf8At(0), Arrays::compareUnsigned);
    };
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long count(Query query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long estimate(Query query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void probe() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
