package dev.acequia.api;

import dev.acequia.contract.FieldType;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The same long query by very many at one moment, far more than there are connections to the store:
 * what each holds while it waits is held many times.
 */
final class StampedeAttack implements Attack {
  private static final int AT_ONCE = 300;
  private static final Duration CALM = Duration.ofSeconds(7);
  private static final int MOST_COLUMNS = 512;

  /** What fits the 32 KiB of a request's headers. */
  private static final int CONDITIONS = 2000;

  private final AttackTarget target;

  StampedeAttack(AttackTarget target) {
    this.target = target;
  }

  @Override
  public int clients() {
    return 1;
  }

  @Override
  public void once(Random random, Tally tally) throws IOException, InterruptedException {
    var answers = new ArrayList<CompletableFuture<HttpResponse<Void>>>();
    var path = "/v1/records?" + (random.nextBoolean() ? columns(random) : conditions(random));
    var format = ExtremeQuery.format(random);
    for (var i = 0; i < AT_ONCE; i++) {
      var request =
          target.request(path).header("Accept", format).header("X-Api-Key", target.key()).build();
      answers.add(target.http().sendAsync(request, BodyHandlers.discarding()));
    }
    for (var answer : answers) {
      try {
        tally.answer(answer.get());
      } catch (ExecutionException e) {
        tally.count("no answer");
      }
    }
    target.pause(CALM);
  }

  private String columns(Random random) {
    var field = target.table().any(random).name();
    return IntStream.range(0, MOST_COLUMNS)
        .mapToObj(i -> "c" + i + ":" + field)
        .collect(Collectors.joining(",", "select=", "&limit=10"));
  }

  private String conditions(Random random) {
    var field = target.table().any(FieldType.DECIMAL, random).name();
    return IntStream.range(0, CONDITIONS)
        .mapToObj(i -> field + ".eq.1e9")
        .collect(Collectors.joining(",", "or=(", ")&limit=10"));
  }
}
