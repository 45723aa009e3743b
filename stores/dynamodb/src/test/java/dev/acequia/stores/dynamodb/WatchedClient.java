package dev.acequia.stores.dynamodb;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/** A client whose calls a test sees, and answers itself where it wants. */
final class WatchedClient {
  private final DynamoDbClient client;
  private final List<DynamoDbRequest> calls = new CopyOnWriteArrayList<>();
  private Answers answers = (request, count) -> null;

  /** What a test says to a call. */
  @FunctionalInterface
  interface Answers {
    /**
     * Answers a call or throws.
     *
     * @param count of calls of this kind so far, this one included
     * @return null to have the server answer
     */
    @Nullable Object answer(DynamoDbRequest request, int count) throws Exception;
  }

  WatchedClient(DynamoDbClient client) {
    this.client = client;
  }

  WatchedClient answering(Answers others) {
    answers = others;
    return this;
  }

  /** The calls of a kind, in order. */
  <T extends DynamoDbRequest> List<T> calls(Class<T> type) {
    return calls.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The client; closing it does nothing. */
  DynamoDbClient client() {
    return (DynamoDbClient)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DynamoDbClient.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              if (arguments != null && arguments[0] instanceof DynamoDbRequest request) {
                calls.add(request);
                var answer = answers.answer(request, calls(request.getClass()).size());
                if (answer != null) {
                  return answer;
                }
              }
              try {
                return method.invoke(client, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
