package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.DynamoDbServer;
import dev.acequia.servers.Home;
import dev.acequia.servers.Ports;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Histories in DynamoDB, which moto plays: two tables for each pipeline. */
final class DynamoHistory implements ServiceStore {
  /** What the name of the table ends with that has the positions. */
  static final String SECOND = "_acequia";

  /** The partition key of both tables. */
  static final String HASH = "_hash";

  /** That of the positions' item. */
  static final String POSITIONS = "positions";

  private static final String WORD = "history";

  /** moto takes some 70 writes a second from both modes together. */
  private static final HistorySize SIZE =
      new HistorySize(4, 10_000, 500, 5, Duration.ofMillis(200));

  private final Home home;
  private volatile DynamoDbServer server;
  private final DynamoDbClient client;

  private DynamoHistory(Home home) {
    this.home = home;
    server = start();
    client =
        DynamoDbClient.builder()
            .endpointOverride(URI.create(server.endpoint()))
            .region(Region.of(DynamoDbServer.REGION))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(WORD, WORD)))
            .build();
  }

  static HistoryStore start(Home home, Clocks clocks) {
    return new DynamoHistory(home);
  }

  private DynamoDbServer start() {
    return DynamoDbServer.start(home, Ports.keptIn(home.data()), System.err::println);
  }

  @Override
  public void restart() {
    server.close();
    server = start();
  }

  @Override
  public HistorySize size() {
    return SIZE;
  }

  @Override
  public StorePorts ports() {
    return new StorePorts(URI.create(server.endpoint()).getPort());
  }

  @Override
  public StoreLink link(LoadMode mode, SpoiledCalls spoiled) {
    var traps = new Traps();
    var proxy =
        new CallProxy(
            () -> ports().main(), new DynamoCalls(), DynamoCalls.NAME_HEADER, traps, spoiled);
    return StoreLink.of(new StorePorts(proxy.port()), traps, proxy::close);
  }

  private static String table(String pipeline) {
    return HistoryPipeline.NAMESPACE + "." + pipeline;
  }

  @Override
  public StoreDefinition definition(String pipeline, StorePorts ports) {
    return new StoreDefinition.DynamoDb(
        table(pipeline),
        DynamoDbServer.REGION,
        "http://127.0.0.1:" + ports.main(),
        List.of(),
        null,
        true,
        null);
  }

  @Override
  public Map<RuntimeVariable, String> consumerEnvironment(String pipeline, StorePorts ports) {
    return Map.of(
        RuntimeVariable.STORE_ACCESS_KEY_ID, WORD, RuntimeVariable.STORE_SECRET_ACCESS_KEY, WORD);
  }

  @Override
  public Map<Integer, Long> storedOffsets(String pipeline, LoadMode mode)
      throws StoreDownException {
    try {
      var item =
          client
              .getItem(
                  get ->
                      get.tableName(table(pipeline) + SECOND)
                          .key(Map.of(HASH, AttributeValue.fromS(POSITIONS)))
                          .consistentRead(true))
              .item();
      var offsets = new TreeMap<Integer, Long>();
      value(item, "partitions")
          .m()
          .forEach(
              (partition, position) ->
                  offsets.put(
                      Integer.valueOf(partition), Long.valueOf(value(position.m(), "next").n())));
      return offsets;
    } catch (SdkException e) {
      throw new StoreDownException(e);
    }
  }

  /** By Scan, consistently. */
  @Override
  public StoredTable table(String pipeline, LoadMode mode) throws StoreDownException {
    try {
      return StoredTable.of(
          client
              .scanPaginator(scan -> scan.tableName(table(pipeline)).consistentRead(true))
              .items()
              .stream()
              .filter(item -> !item.containsKey("_deleted"))
              .map(DynamoHistory::row)
              .toList());
    } catch (SdkException e) {
      throw new StoreDownException(e);
    }
  }

  private static StoredRow row(Map<String, AttributeValue> item) {
    return new StoredRow(
        (int) number(item, "_partition"),
        number(item, "_offset"),
        number(item, "id"),
        key(item.get("key")),
        (int)
            item.keySet().stream().filter(name -> name.startsWith(HistoryPipeline.ADDED)).count());
  }

  private static @Nullable Integer key(@Nullable AttributeValue key) {
    return key == null ? null : Integer.valueOf(key.n());
  }

  private static long number(Map<String, AttributeValue> item, String name) {
    return Long.parseLong(value(item, name).n());
  }

  private static AttributeValue value(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name), name);
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
