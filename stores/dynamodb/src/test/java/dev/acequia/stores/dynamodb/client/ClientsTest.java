package dev.acequia.stores.dynamodb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** What clients make of a server's answers. */
class ClientsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("STORE_ACCESS_KEY_ID", "someone", "STORE_SECRET_ACCESS_KEY", "somebody's word");

  private final Queue<String> errors = new ArrayDeque<>();
  private final Pace pace = new Pace(8);
  private final HttpServer server;
  private final DynamoDbClient client;

  ClientsTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    client =
        Clients.forWriting(
            new StoreDefinition.DynamoDb(
                "flights",
                "us-west-2",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                List.of(),
                null,
                true,
                null),
            ENVIRONMENT,
            pace);
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private void answer(HttpExchange call) throws IOException {
    var error = errors.poll();
    var body =
        (error == null ? "{}" : "{\"__type\":\"x#" + error + "\",\"message\":\"by the test\"}")
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
}
