package dev.acequia.operator.observe;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The beginning of an answer's body as text; what follows is not waited for. */
final class FirstBytes implements HttpResponse.BodySubscriber<String> {
  private final CompletableFuture<String> text = new CompletableFuture<>();
  private final ByteBuffer bytes;
  private Flow.@Nullable Subscription subscription;

  FirstBytes(int most) {
    this.bytes = ByteBuffer.allocate(most);
  }

  @Override
  public CompletionStage<String> getBody() {
    return text;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> parts) {
    for (var part : parts) {
      bytes.put(part.slice(part.position(), Math.min(part.remaining(), bytes.remaining())));
    }
    if (!bytes.hasRemaining() && !text.isDone()) {
      onComplete();
      if (subscription != null) {
        subscription.cancel();
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    text.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    text.complete(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
  }
}
