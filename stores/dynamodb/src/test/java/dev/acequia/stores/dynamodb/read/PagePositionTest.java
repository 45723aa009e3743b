package dev.acequia.stores.dynamodb.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQueries;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.Pipelines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** Cursors that somebody has made up. */
class PagePositionTest {
  private static final StoreDefinition.DynamoDb STORE =
      new StoreDefinition.DynamoDb(
          "orders",
          "us-west-2",
          null,
          List.of(
              new KeyIndex("by-price", "price", "at"), new KeyIndex("by-at", "status", "price")),
          null,
          true,
          null);

  private static final PipelineDefinition DEFINITION =
      Pipelines.definition(
          STORE,
          Pipelines.schema(
              List.of("site", "id"),
              new Field("site", FieldType.STRING, true, null),
              new Field("id", FieldType.INT64, true, null),
              new Field("status", FieldType.STRING, true, null),
              new Field("price", FieldType.DECIMAL, true, null),
              new Field("at", FieldType.TIMESTAMP, true, null)),
          LoadMode.UPSERT,
          UUID.randomUUID(),
          1,
          null);

  private static final RecordColumns COLUMNS = RecordColumns.of(DEFINITION);
  private static final KeyedQueries QUERIES = KeyedQueries.of(DEFINITION).orElseThrow();

  private static Condition where(String... filters) {
    return new All(
        Arrays.stream(filters)
            .<Condition>map(
                filter -> {
                  var parts = filter.split(" ", 3);
                  var field = COLUMNS.require(parts[0]).field();
                  return new Comparison(
                      field, Operator.valueOf(parts[1]), Literal.parse(field.type(), parts[2]));
                })
            .toList());
  }

  /** The request for a page behind a row with such values of the order. */
  private static QueryRequest after(Condition where, String... values) {
    var order = QUERIES.total(List.of(), where);
    var cursor = new ArrayList<Literal>();
    for (var i = 0; i < order.size(); i++) {
      cursor.add(Literal.parse(order.get(i).expression().type(), values[i]));
    }
    var query = new Query(COLUMNS.all(), where, order, cursor, 10, 0);
    return new KeyedRequest(DEFINITION, STORE).records(query, QUERIES.plan(query), 0).orElseThrow();
  }

  private static void refuses(Condition where, String... values) {
    assertThatThrownBy(() -> after(where, values))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("where the cursor says");
  }

  @Test
  void takesWhatTheFiltersGiveFromThem() {
    var request = after(where("site EQ a"), "7", "another");
    assertThat(request.exclusiveStartKey().get("_hash")).isEqualTo(AttributeValue.fromS("a"));
  }

  @Test
  void liesBetweenTheEndsOfTheRange() {
    var where = where("site EQ a", "id GTE 5", "id LT 9");
    assertThat(after(where, "5", "a").hasExclusiveStartKey()).isTrue();
    refuses(where, "4", "a");
    refuses(where, "9", "a");
    var ofIndex = where("status EQ late", "price GT 1.5");
    assertThat(after(ofIndex, "2", "a", "7").hasExclusiveStartKey()).isTrue();
    refuses(ofIndex, "1.5", "a", "7");
  }

  @Test
  void isAKeyThatTheServiceTakes() {
    var where = where("status EQ late");
    refuses(where, "1", "", "7");
    refuses(where, "1", "x".repeat(2_049), "7");
    refuses(where, "1".repeat(39), "a", "7");
  }
}
