package dev.acequia.stores.dynamodb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

/** What clients make of a server's answers. */
class ClientsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("STORE_ACCESS_KEY_ID", "someone", "STORE_SECRET_ACCESS_KEY", "somebody's word");

  private static final Map<String, AttributeValue> KEY = Map.of("_hash", AttributeValue.fromS("k"));

  private static final String LEFT_UNDONE =
      "{\"UnprocessedKeys\":{\"flights\":{\"Keys\":[{\"_hash\":{\"S\":\"k\"}}]}}}";

  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final Pace pace = new Pace(8);
  private final HttpServer server;
  private final StoreDefinition.DynamoDb store;
  private final DynamoDbClient client;
  private final DynamoDbClient reading;

  /** What follows the errors. */
  private Supplier<String> answer = () -> "{}";

  ClientsTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    store = store("http://127.0.0.1:" + server.getAddress().getPort());
    client = Clients.forWriting(store, ENVIRONMENT, pace);
    reading = Clients.forReading(store, ENVIRONMENT);
  }

  private static StoreDefinition.DynamoDb store(String endpoint) {
    return new StoreDefinition.DynamoDb(
        "flights", "us-west-2", endpoint, List.of(), null, true, null);
  }

  @AfterEach
  void stop() {
    client.close();
    reading.close();
    server.stop(0);
  }

  private void answer(HttpExchange call) throws IOException {
    var error = errors.poll();
    var body =
        (error == null
                ? answer.get()
                : "{\"__type\":\"x#" + error + "\",\"message\":\"by the test\"}")
            .getBytes(StandardCharsets.UTF_8);
    call.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
    call.sendResponseHeaders(error == null ? 200 : 400, body.length);
    call.getResponseBody().write(body);
    call.close();
  }

  private void call() throws StoreUnavailableException {
    DynamoFailure.run(() -> client.listTables());
  }

  @Test
  void aThrottledCallIsSentAgainAndSlowsTheOthersDown() throws Exception {
    errors.add("ProvisionedThroughputExceededException");
    errors.add("ThrottlingException");
    call();
    assertThat(errors).isEmpty();
    assertThat(pace.limit()).isLessThan(8);
  }

  @Test
  void aRefusalIsNotSentAgain() {
    errors.add("AccessDeniedException");
    assertThatThrownBy(this::call)
        .isInstanceOf(StoreRefusedException.class)
        .hasMessage("DynamoDB says AccessDeniedException: by the test");
    assertThat(pace.limit()).isEqualTo(8);
  }

  /** Where all rows of a replay are there, no put has another answer. */
  @Test
  void whatTheServiceRefusesForItsConditionIsASuccess() throws Exception {
    errors.add("ThrottlingException");
    call();
    assertThat(pace.limit()).isEqualTo(4);
    for (var i = 0; i < 100; i++) {
      errors.add("ConditionalCheckFailedException");
    }
    var put = PutItemRequest.builder().tableName("flights").item(Map.of()).build();
    new Calls(pace)
        .forEach(
            IntStream.range(0, 100).boxed().toList(),
            i ->
                assertThatThrownBy(() -> client.putItem(put))
                    .isInstanceOf(ConditionalCheckFailedException.class));
    assertThat(pace.limit()).isEqualTo(8);
  }

  @Test
  void aControlPlaneThatHasTooMuchToDoIsAskedAgain() throws Exception {
    errors.add("LimitExceededException");
    DynamoFailure.run(() -> client.deleteTable(table -> table.tableName("flights")));
    assertThat(errors).isEmpty();
  }

  @Test
  void batchesThatAreDoneBringAReadersPaceBack() throws Exception {
    var undone = new AtomicInteger(6);
    answer = () -> undone.getAndDecrement() > 0 ? LEFT_UNDONE : "{}";
    var batches = Batches.forReading(reading, pace);
    batches.get("flights", List.of(KEY));
    assertThat(pace.limit()).isLessThan(8);
    for (var i = 0; i < 40; i++) {
      batches.get("flights", List.of(KEY));
    }
    assertThat(pace.limit()).isEqualTo(8);
  }

  @Test
  void aReaderIsToldThatABatchIsNeverDone() {
    answer = () -> LEFT_UNDONE;
    var begin = System.nanoTime();
    assertThatThrownBy(() -> Batches.forReading(reading, pace).get("flights", List.of(KEY)))
        .isInstanceOfSatisfying(
            StoreUnavailableException.class,
            e -> assertThat(DynamoFailure.ofReading(e).reason()).isEqualTo(Reason.BUSY));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
  }

  /** The message goes to anyone who asks the management port. */
  @Test
  void whatAQueryIsRefusedForIsInTheCauseAlone() {
    errors.add("AccessDeniedException");
    assertThatThrownBy(() -> DynamoFailure.ofReading(() -> reading.listTables()))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
        .hasMessage("the store refused the query")
        .cause()
        .hasMessageContaining("by the test");
  }

  @Test
  void aServiceThatIsSilentIsUnavailableWithinThreeSeconds() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        var asking =
            Clients.forReading(store("http://127.0.0.1:" + silent.getLocalPort()), ENVIRONMENT)) {
      var begin = System.nanoTime();
      assertThatThrownBy(
              () ->
                  DynamoFailure.ofReading(
                      () ->
                          asking.describeTable(
                              table ->
                                  table.tableName("flights").overrideConfiguration(Clients.PROBE))))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE))
          .hasMessage("the store does not answer");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void aBatchThatAsksWhetherTheServiceAnswersEndsWithinThreeSeconds() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        var asking =
            Clients.forReading(store("http://127.0.0.1:" + silent.getLocalPort()), ENVIRONMENT)) {
      var begin = System.nanoTime();
      assertThatThrownBy(() -> Batches.forProbe(asking, pace).get("flights", List.of(KEY)))
          .isInstanceOfSatisfying(
              StoreUnavailableException.class,
              e -> assertThat(DynamoFailure.ofReading(e).reason()).isEqualTo(Reason.UNAVAILABLE));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }
  }
}
