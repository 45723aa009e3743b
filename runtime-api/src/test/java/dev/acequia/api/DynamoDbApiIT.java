package dev.acequia.api;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.DynamoDbServer;
import dev.acequia.servers.Ephemeral;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** The API over DynamoDB. moto stands in for the service. */
class DynamoDbApiIT extends OtherStoreApi {
  private static final DynamoDbServer SERVER =
      Ephemeral.server(DynamoDbServer.start(Ephemeral.folder("api-it-dynamodb")));

  private static final List<String> WORDS =
      List.of("spec.store.dynamodb.indexes", "the key (", "the index ", "this pipeline's store");

  @Override
  StoreDefinition store(String table) {
    return new StoreDefinition.DynamoDb(
        "test." + table, DynamoDbServer.REGION, SERVER.endpoint(), List.of(), null, true, null);
  }

  @Override
  Map<String, String> environment() {
    return Map.of(
        RuntimeVariable.STORE_ACCESS_KEY_ID.name(),
        "someone",
        RuntimeVariable.STORE_SECRET_ACCESS_KEY.name(),
        "a word");
  }

  @Override
  List<BigDecimal> extremes() {
    return List.of(new BigDecimal("123456789012345678901234567890.12"));
  }

  /** Most queries ask for a key. */
  @Override
  FuzzQuery query(Random random) {
    var query = FuzzQuery.random(random);
    if (random.nextInt(4) == 0) {
      return query;
    }
    var id = FuzzValues.FIELDS.getFirst();
    var key = new FuzzCondition.Comparison(id, "eq", random.nextInt(160));
    var fields =
        query.select().stream()
            .filter(item -> random.nextInt(8) == 0 || (!item.aggregates() && item.cast().isEmpty()))
            .toList();
    return new FuzzQuery(
        fields.isEmpty() ? List.of(new FuzzQuery.Item("", id, "", "")) : fields,
        random.nextInt(4) == 0
            ? Stream.concat(Stream.of(key), query.where().stream()).toList()
            : List.of(key),
        List.of(),
        query.limit(),
        0);
  }

  @Override
  boolean refusesIn(String words) {
    return WORDS.stream().anyMatch(words::contains);
  }

  @Override
  double answers() {
    return 0.25;
  }
}
