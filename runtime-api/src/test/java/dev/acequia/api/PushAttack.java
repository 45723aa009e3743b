package dev.acequia.api;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Random;

/** Pushes what takes much memory to be read, by several at once. */
final class PushAttack implements Attack {
  private static final int CLIENTS = 6;

  private final AttackTarget target;
  private final List<ExtremePush> pushes;

  PushAttack(AttackTarget target, List<ExtremePush> pushes) {
    this.target = target;
    this.pushes = pushes;
  }

  @Override
  public int clients() {
    return CLIENTS;
  }

  @Override
  public void once(Random random, Tally tally) throws IOException, InterruptedException {
    var push = pushes.get(random.nextInt(pushes.size()));
    var request =
        target.request("/v1/records" + push.query()).POST(BodyPublishers.ofByteArray(push.body()));
    push.headers().forEach(request::header);
    if (!push.proves() && random.nextInt(8) > 0) {
      request.header("X-Api-Key", target.key());
    }
    if (random.nextBoolean()) {
      request.header("Idempotency-Key", "fuzz-" + random.nextInt(1000));
    }
    tally.answer(target.http().send(request.build(), BodyHandlers.discarding()));
  }
}
