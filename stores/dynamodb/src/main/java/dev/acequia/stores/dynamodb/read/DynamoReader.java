package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.ItemRow;
import dev.acequia.stores.query.KeyedQueries;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/** Answers queries by keys and indexes, and refuses all others. */
public final class DynamoReader implements StoreReader {
  /** Items of one call; its answer ends at 1 MiB in any case. */
  private static final int ITEMS_OF_A_CALL = 1_000;

  /** What a count reads at most. */
  private static final long MOST_COUNTED = 100_000;

  /** What an estimate reads at most. */
  private static final long MOST_ESTIMATED = 10_000;

  private static final Duration LONGEST = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int READS_AT_ONCE = 32;

  private final DynamoDbClient client;
  private final StoreDefinition.DynamoDb store;
  private final RecordColumns columns;
  private final KeyedQueries queries;
  private final KeyedRequest requests;
  private final KeyReads byKey;
  private final Clock clock;

  private DynamoReader(
      PipelineDefinition definition,
      StoreDefinition.DynamoDb store,
      DynamoDbClient client,
      Clock clock) {
    this.client = client;
    this.store = store;
    this.clock = clock;
    columns = RecordColumns.of(definition);
    queries = KeyedQueries.of(definition).orElseThrow();
    requests = new KeyedRequest(definition, store);
    byKey =
        new KeyReads(
            new KeyedItems(definition, store, Batches.forReading(client, Clients.pace()), clock),
            READS_AT_ONCE,
            PATIENCE);
  }

  /** Needs the environment's credentials, if it has some; connects when first asked. */
  public static DynamoReader open(
      PipelineDefinition definition,
      StoreDefinition.DynamoDb store,
      Map<String, String> environment) {
    return new DynamoReader(
        definition, store, Clients.forReading(store, environment), Clock.systemUTC());
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    var keyed = queries.plan(query);
    if (query.limit() == 0 || (keyed.isOfOne() && !query.after().isEmpty())) {
      return;
    }
    var row = new ItemRow(query.columns());
    var left = query.limit();
    var pages = new Pages(requests.records(query, keyed, now()));
    try {
      while (left > 0 && pages.hasNext()) {
        for (var item : pages.next(left).items()) {
          sink.row(row.of(item));
          left--;
        }
      }
    } catch (ArithmeticException e) {
      throw outOfRange(e);
    }
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  /** The answers to one request after the other. */
  private final class Pages {
    private final long deadline = System.nanoTime() + LONGEST.toNanos();
    private Optional<QueryRequest> next;

    Pages(Optional<QueryRequest> first) {
      next = first;
    }

    boolean hasNext() {
      return next.isPresent();
    }

    QueryResponse next(long most) throws StoreReadException {
      if (System.nanoTime() > deadline) {
        throw new StoreReadException(
            Reason.TOO_SLOW, "the query took longer than %d s".formatted(LONGEST.toSeconds()));
      }
      var request =
          next.orElseThrow().toBuilder().limit((int) Math.min(most, ITEMS_OF_A_CALL)).build();
      var answer = DynamoFailure.ofReading(() -> client.query(request));
      next =
          answer.hasLastEvaluatedKey() && !answer.lastEvaluatedKey().isEmpty()
              ? Optional.of(
                  request.toBuilder().exclusiveStartKey(answer.lastEvaluatedKey()).build())
              : Optional.empty();
      return answer;
    }
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    if (!columns.keyIsUnique()) {
      throw new IllegalStateException("in append mode no key belongs to one record");
    }
    try {
      return byKey.read(key, sink);
    } catch (ArithmeticException e) {
      throw outOfRange(e);
    }
  }

  private static StoreReadException outOfRange(ArithmeticException cause) {
    return new StoreReadException(
        Reason.IMPOSSIBLE, "a value is out of range for its field's type here", cause);
  }

  /** Bounded, since each record is read to be counted. */
  @Override
  public long count(Query query) throws StoreReadException {
    var found = counted(queries.plan(query), MOST_COUNTED);
    if (found > MOST_COUNTED) {
      throw new StoreReadException(
          Reason.TOO_COSTLY,
          "more than %,d records match, and each would be read to be counted: narrow the filter, or ask for no count"
              .formatted(MOST_COUNTED));
    }
    return found;
  }

  /** Exact where it is small. */
  @Override
  public long estimate(Query query) throws StoreReadException {
    return counted(queries.plan(query), MOST_ESTIMATED);
  }

  private long counted(KeyedQuery keyed, long most) throws StoreReadException {
    var found = 0L;
    var pages = new Pages(requests.count(keyed, now()));
    while (found <= most && pages.hasNext()) {
      found += pages.next(ITEMS_OF_A_CALL).count();
    }
    return found;
  }

  @Override
  public void probe() throws StoreReadException {
    var request =
        DescribeTableRequest.builder()
            .tableName(store.table())
            .overrideConfiguration(Clients.PROBE)
            .build();
    var table = DynamoFailure.ofReading(() -> client.describeTable(request)).table();
    for (var index : store.indexes()) {
      if (table.globalSecondaryIndexes().stream()
          .noneMatch(
              found ->
                  found.indexName().equals(index.name())
                      && found.indexStatus() == IndexStatus.ACTIVE)) {
        throw new StoreReadException(
            Reason.REFUSED, "the index %s cannot be read".formatted(index.name()));
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
