package dev.acequia.benchmarks.sink;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Puts each record of a topic into DynamoDB by the SDK. */
public final class DynamoLoop {
  static final String ENDPOINT = "LOOP_ENDPOINT";
  static final String TABLE = "LOOP_TABLE";

  /** The table's only key. */
  static final String ID = "id";

  /** As many as the consumer has for its two lanes. */
  private static final int CALLS = 64;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final DynamoDbClient client;
  private final boolean upserts = PlainLoop.upserts();

  private DynamoLoop(DynamoDbClient client) {
    this.client = client;
  }

  /** Stores all records, and waits for its end. */
  public static void main(String[] arguments) throws Exception {
    try (var threads = Executors.newFixedThreadPool(CALLS, Thread.ofPlatform().daemon().factory());
        var client =
            DynamoDbClient.builder()
                .endpointOverride(URI.create(PlainLoop.told(ENDPOINT)))
                .region(Region.US_WEST_2)
                .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("loop", "loop")))
                .httpClientBuilder(Apache5HttpClient.builder().maxConnections(CALLS))
                .build()) {
      var loop = new DynamoLoop(client);
      PlainLoop.run(
          records -> {
            var puts = loop.ofKeys(records).stream().map(loop::put).toList();
            for (var put : threads.invokeAll(puts)) {
              put.get();
            }
          });
    }
  }

  /** All records; in upsert mode the last of each key, or two puts would race. */
  private List<ConsumerRecord<byte[], byte[]>> ofKeys(
      List<ConsumerRecord<byte[], byte[]>> records) {
    if (!upserts) {
      return records;
    }
    var last = new HashMap<String, ConsumerRecord<byte[], byte[]>>();
    records.forEach(record -> last.put(key(record), record));
    return new ArrayList<>(last.values());
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private Callable<Object> put(ConsumerRecord<byte[], byte[]> record) {
    return () -> client.putItem(put -> put.tableName(PlainLoop.told(TABLE)).item(item(record)));
  }

  private Map<String, AttributeValue> item(ConsumerRecord<byte[], byte[]> record) {
    var item = new HashMap<String, AttributeValue>();
    try {
      JSON.readTree(record.value())
          .properties()
          .forEach(
              field ->
                  item.put(
                      field.getKey(),
                      field.getValue().isNumber()
                          ? AttributeValue.fromN(field.getValue().asText())
                          : AttributeValue.fromS(field.getValue().asText())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    item.put(
        ID,
        AttributeValue.fromS(upserts ? key(record) : record.partition() + "-" + record.offset()));
    item.put("topic_partition", AttributeValue.fromN(Integer.toString(record.partition())));
    item.put("topic_offset", AttributeValue.fromN(Long.toString(record.offset())));
    return item;
  }
}
