package dev.acequia.api;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Random;
import java.util.regex.Pattern;

/** Asks for as much as there is, by many at once, and follows where the answer leads. */
final class QueryAttack implements Attack {
  private static final int CLIENTS = 12;
  private static final int MOST_PAGES = 3;
  private static final Pattern NEXT = Pattern.compile("<(.+)>; rel=\"next\"");

  private final AttackTarget target;

  QueryAttack(AttackTarget target) {
    this.target = target;
  }

  @Override
  public int clients() {
    return CLIENTS;
  }

  @Override
  public void once(Random random, Tally tally) throws IOException, InterruptedException {
    var query = ExtremeQuery.random(target.table(), random);
    var withKey = random.nextInt(8) > 0;
    var next = query.path();
    for (var page = 0; page < MOST_PAGES && !next.isEmpty() && !target.isOver(); page++) {
      var request = target.request(next).headers(query.headers().toArray(String[]::new));
      if (withKey) {
        request.header("X-Api-Key", target.key());
      }
      var answer = target.http().send(request.build(), BodyHandlers.discarding());
      tally.answer(answer);
      var link = NEXT.matcher(answer.headers().firstValue("Link").orElse(""));
      next = link.matches() ? link.group(1) : "";
    }
  }
}
