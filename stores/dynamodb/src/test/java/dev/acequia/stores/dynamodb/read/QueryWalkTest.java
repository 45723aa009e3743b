package dev.acequia.stores.dynamodb.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.read.QueryWalk.Limits;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

class QueryWalkTest {
  private static final Limits NONE = new Limits(Duration.ofHours(1), 1 << 30, 1L << 50);

  /** Deletions, then records. */
  private static final class Table implements DynamoDbClient {
    private final int deletions;
    private final int items;
    private final int itemsOfAnswer;
    int calls;

    Table(int deletions, int records, int itemsOfAnswer) {
      this.deletions = deletions;
      this.itemsOfAnswer = itemsOfAnswer;
      items = deletions + records;
    }

    @Override
    public QueryResponse query(QueryRequest request) {
      calls++;
      var start = request.exclusiveStartKey().get("at");
      var from = start == null ? 0 : Integer.parseInt(start.n());
      var to = Math.min(items, from + Math.min(request.limit(), itemsOfAnswer));
      var found =
          IntStream.range(Math.max(from, deletions), to)
              .mapToObj(at -> Map.of("at", Attributes.number(at)))
              .toList();
      var answer = QueryResponse.builder().scannedCount(to - from).count(found.size()).items(found);
      return to < items
          ? answer.lastEvaluatedKey(Map.of("at", Attributes.number(to))).build()
          : answer.build();
    }

    @Override
    public String serviceName() {
      return "dynamodb";
    }

    @Override
    public void close() {}
  }

  private static QueryWalk walk(Table table, Limits limits) {
    return new QueryWalk(table, limits, Optional.of(QueryRequest.builder().build()));
  }

  private static int read(Table table, Limits limits, int wanted) throws StoreReadException {
    var walk = walk(table, limits);
    var found = 0;
    while (found < wanted && walk.hasNext()) {
      found += walk.next(wanted - found).count();
    }
    return found;
  }

  @Test
  void passesOverManyDeletionsInFewCalls() throws Exception {
    var table = new Table(2_000, 1, 1_000);
    assertThat(read(table, NONE, 2)).isEqualTo(1);
    assertThat(table.calls).isLessThanOrEqualTo(10);
  }

  @Test
  void asksForNoMoreThanIsWantedWhereNothingIsDeleted() throws Exception {
    var table = new Table(0, 500, 1_000);
    assertThat(read(table, NONE, 3)).isEqualTo(3);
    assertThat(table.calls).isEqualTo(1);
  }

  @Test
  void endsWhereTooManyAreDeleted() {
    var table = new Table(1_000_000, 1, 1_000);
    var refusal =
        catchThrowableOfType(
            StoreReadException.class,
            () -> read(table, new Limits(Duration.ofHours(1), 5_000, 1L << 50), 2));
    assertThat(refusal.reason()).isEqualTo(Reason.TOO_COSTLY);
    assertThat(refusal).hasMessageContaining("more than 5,000 were deleted or have expired");
    assertThat(table.calls).isLessThan(20);
  }

  /** An answer ends at 1 MiB. */
  @Test
  void endsWhereTheDeletedAreTooLarge() {
    var table = new Table(1_000_000, 1, 3);
    var refusal =
        catchThrowableOfType(
            StoreReadException.class,
            () -> read(table, new Limits(Duration.ofHours(1), 1 << 30, 10 << 20), 100));
    assertThat(refusal.reason()).isEqualTo(Reason.TOO_COSTLY);
    assertThat(table.calls).isLessThan(15);
  }
}
