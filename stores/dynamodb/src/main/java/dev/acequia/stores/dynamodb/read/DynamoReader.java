package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.ItemRow;
import dev.acequia.stores.dynamodb.item.NoItem;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** Answers queries by keys and indexes, and refuses all others. */
public final class DynamoReader implements StoreReader {
  private static final Logger LOG = LoggerFactory.getLogger(DynamoReader.class);

  /** What a count reads at most. */
  private static final long MOST_COUNTED = 100_000;

  /** What an estimate reads at most. */
  private static final long MOST_ESTIMATED = 10_000;

  /** What a call of a count asks for. */
  private static final int COUNTED_AT_ONCE = 1_000;

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final int READS_AT_ONCE = 32;

  /** Codes of a query by an index that is missing or being built, where the table can be read. */
  private static final Set<String> OF_AN_INDEX =
      Set.of("ValidationException", "ResourceNotFoundException");

  private final DynamoDbClient client;
  private final StoreDefinition.DynamoDb store;
  private final RecordColumns columns;
  private final KeyedQueries queries;
  private final KeyedRequest requests;
  private final KeyReads byKey;
  private final NoItem nobody;
  private final Clock clock;

  /** The indexes that could not be read when last asked. */
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

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
    nobody = new NoItem(definition);
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
    var walk = walk(requests.records(query, keyed, now()));
    try {
      while (left > 0 && walk.hasNext()) {
        var items = walk.next(left).items();
        var taken = Math.min(left, items.size());
        for (var item : items.subList(0, taken)) {
          sink.row(row.of(item));
        }
        left -= taken;
      }
    } catch (ArithmeticException e) {
      throw outOfRange(e);
    }
  }

  private QueryWalk walk(Optional<QueryRequest> first) {
    return new QueryWalk(client, QueryWalk.LIMITS, first);
  }

  private long now() {
    return clock.instant().getEpochSecond();
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

  /** Exact up to 10,000; 10,001 stands for all that are more. */
  @Override
  public long estimate(Query query) throws StoreReadException {
    return counted(queries.plan(query), MOST_ESTIMATED);
  }

  /** Stops at one more than the most. */
  private long counted(KeyedQuery keyed, long most) throws StoreReadException {
    var found = 0L;
    var walk = walk(requests.count(keyed, now()));
    while (found <= most && walk.hasNext()) {
      found += walk.next(COUNTED_AT_ONCE).count();
    }
    return Math.min(found, most + 1);
  }

  /**
   * Reads a key that nobody has. An index that is missing or being built fails the queries by it
   * and no others, so it is a line in the log.
   */
  @Override
  public void probe() throws StoreReadException {
    try {
      Batches.forProbe(client, Clients.pace()).get(store.table(), List.of(nobody.key()));
    } catch (StoreUnavailableException e) {
      throw DynamoFailure.ofReading(e);
    }
    for (var index : store.indexes()) {
      probe(index);
    }
  }

  private void probe(KeyIndex index) throws StoreReadException {
    var request = requests.anyOf(index).toBuilder().overrideConfiguration(Clients.PROBE).build();
    var refusal = DynamoFailure.ofReading(() -> refusalOfTheIndex(request));
    if (refusal.isEmpty()) {
      unreadable.remove(index.name());
    } else if (unreadable.add(index.name())) {
      LOG.warn("queries by the index {} fail: {}", index.name(), refusal.get());
    }
  }

  private Optional<String> refusalOfTheIndex(QueryRequest request) {
    try {
      client.query(request);
      return Optional.empty();
    } catch (AwsServiceException e) {
      var details = e.awsErrorDetails();
      if (details == null || !OF_AN_INDEX.contains(details.errorCode())) {
        throw e;
      }
      return Optional.of(details.errorCode());
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
