package dev.acequia.benchmarks.sink;

import com.sun.net.httpserver.HttpExchange;
import dev.acequia.benchmarks.harness.HttpForward;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.DynamoDbServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** DynamoDB, played by moto. */
final class DynamoService implements CloudService {
  private static final String WORD = "bench";
  private static final byte[] STORED = "{}".getBytes(StandardCharsets.UTF_8);
  private static final String SECOND = "_acequia";

  private final DynamoDbServer server;
  private final DynamoDbClient client;
  private final HttpForward stub;

  DynamoService(Path folder) {
    server = DynamoDbServer.start(folder.resolve("dynamodb"));
    client =
        DynamoDbClient.builder()
            .endpointOverride(URI.create(server.endpoint()))
            .region(Region.of(DynamoDbServer.REGION))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(WORD, WORD)))
            .build();
    stub = new HttpForward(() -> URI.create(server.endpoint()).getPort());
    stub.start(this::serve);
  }

  /** Says of each row that it is stored. */
  private void serve(HttpExchange call) throws IOException {
    try (call) {
      var body = call.getRequestBody().readAllBytes();
      if (isRow(call.getRequestHeaders().getFirst("X-Amz-Target"), body)) {
        call.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        HttpForward.answer(call, 200, STORED);
      } else {
        HttpForward.answer(call, stub.forward(call, body));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isRow(String target, byte[] body) {
    return target.endsWith(".PutItem")
        && !new String(body, StandardCharsets.ISO_8859_1).contains(SECOND + "\"");
  }

  @Override
  public String name() {
    return "DynamoDB";
  }

  private String endpoint(Place place) {
    return switch (place) {
      case STUB -> "http://127.0.0.1:" + stub.port();
      case DOUBLE -> server.endpoint();
    };
  }

  @Override
  public String kind() {
    return StoreDefinition.DynamoDb.KIND;
  }

  @Override
  public StoreDefinition definition(String table, Place place) {
    return new StoreDefinition.DynamoDb(
        table, DynamoDbServer.REGION, endpoint(place), List.of(), null, true, null);
  }

  @Override
  public Map<RuntimeVariable, String> environment() {
    return Map.of(
        RuntimeVariable.STORE_KIND,
        kind(),
        RuntimeVariable.STORE_ACCESS_KEY_ID,
        WORD,
        RuntimeVariable.STORE_SECRET_ACCESS_KEY,
        WORD);
  }

  @Override
  public boolean isLoaded(String table, LoadMode mode, Place place, Expected expected) {
    var item =
        client
            .getItem(
                get ->
                    get.tableName(table + SECOND)
                        .key(Map.of("_hash", AttributeValue.fromS("positions")))
                        .consistentRead(true))
            .item();
    var positions = value(item, "partitions").m();
    return expected.lasts().stream()
        .allMatch(
            last -> next(value(positions, Integer.toString(last.partition()))) > last.offset());
  }

  private static long next(AttributeValue position) {
    return Long.parseLong(value(position.m(), "next").n());
  }

  private static AttributeValue value(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name), name);
  }

  @Override
  public Class<?> loop() {
    return DynamoLoop.class;
  }

  @Override
  public Map<String, String> prepareLoop(String table, LoadMode mode, Place place) {
    client.createTable(
        create ->
            create
                .tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(
                    AttributeDefinition.builder()
                        .attributeName(DynamoLoop.ID)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(
                    KeySchemaElement.builder()
                        .attributeName(DynamoLoop.ID)
                        .keyType(KeyType.HASH)
                        .build()));
    return Map.of(DynamoLoop.ENDPOINT, endpoint(place), DynamoLoop.TABLE, table);
  }

  @Override
  public Held held(String table) {
    var rows = 0L;
    var arrivals = 0L;
    for (var item :
        client.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items()) {
      rows++;
      var delay = item.get("arr_delay");
      arrivals += delay == null ? 0 : new BigDecimal(text(delay)).longValue();
    }
    return new Held(rows, arrivals);
  }

  /** A double may be stored as a text. */
  private static String text(AttributeValue number) {
    return number.n() == null ? number.s() : number.n();
  }

  @Override
  public void close() {
    stub.close();
    client.close();
    server.close();
  }
}
