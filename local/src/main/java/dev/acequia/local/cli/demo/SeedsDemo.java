package dev.acequia.local.cli.demo;

import static dev.acequia.local.cli.demo.Demo.number;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import dev.acequia.local.platform.PlatformFiles;
import dev.acequia.local.platform.PlatformStore;
import dev.acequia.servers.push.PubSubStandIn;
import dev.acequia.servers.push.SnsStandIn;
import dev.acequia.servers.push.VendorStandIn;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Four systems that teams build by hand, as four pipelines of one platform. */
public final class SeedsDemo {
  private static final Duration COUNT_LIMIT = Duration.ofMinutes(2);
  private static final Duration REPEATS_SETTLE = Duration.ofSeconds(3);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final KubernetesClient client;
  private final Path examples;
  private final PlatformFiles files;
  private final Screen screen;
  private final List<Seed> seeds;

  /** A seed with its pipeline. */
  private record Planted(char letter, Seed seed, PlatformStore store, DemoPipeline pipeline) {}

  /** What became of one. */
  private record Harvest(Planted planted, DemoApi api, Seed.Fed fed, long stored, String answer) {}

  /**
   * Prepares the demonstration.
   *
   * @param examples the folder with the pipelines and their records
   * @param vendors what the platform trusts in place of Amazon and Google
   */
  public SeedsDemo(
      KubernetesClient client,
      Path examples,
      PlatformFiles files,
      VendorStandIn vendors,
      Screen screen) {
    this.client = client;
    this.examples = examples;
    this.files = files;
    this.screen = screen;
    seeds =
        List.of(
            new NotifiedSeed(new SnsStandIn(vendors)),
            new PostedSeed(),
            new DeliveredSeed(),
            new PushedSeed(new PubSubStandIn(vendors)));
  }

  /**
   * Applies, feeds and asks all four.
   *
   * @throws CommandException when something did not work as it should
   */
  public void run() throws InterruptedException {
    screen.part("Four pipelines, one for each system");
    var planted = new ArrayList<Planted>();
    var began = System.nanoTime();
    for (var seed : seeds) {
      planted.add(plant((char) ('A' + planted.size()), seed));
    }
    var endpoints = new ArrayList<Endpoint>();
    for (var each : planted) {
      endpoints.add(Endpoint.of(each.pipeline().awaitReady(began)));
    }
    var harvests = new ArrayList<Harvest>();
    for (var i = 0; i < planted.size(); i++) {
      harvests.add(harvest(planted.get(i), endpoints.get(i)));
    }
    requireNoMore(harvests);
    show(harvests);
  }

  /** A repeat that was stored again may have come after the count. */
  private static void requireNoMore(List<Harvest> harvests) throws InterruptedException {
    Thread.sleep(REPEATS_SETTLE); // two of the longest intervals between commits
    for (var each : harvests) {
      var count = each.api().count(each.planted().seed().parts());
      if (count != each.stored()) {
        throw new CommandException(
            "%s: %s records could be queried, and %s later; a repeat was stored again"
                .formatted(each.planted().pipeline().name(), number(each.stored()), number(count)));
      }
    }
  }

  private Planted plant(char letter, Seed seed) {
    var file = examples.resolve(seed.example());
    var store = PlatformStore.of(DemoPipeline.kindOfStore(file));
    seed.prepare(new SeedCluster(client));
    try {
      var place = store.place(files, "seed-" + Character.toLowerCase(letter));
      var pipeline = DemoPipeline.at(client, file, place, screen);
      pipeline.apply();
      return new Planted(letter, seed, store, pipeline);
    } catch (IOException e) {
      throw new CommandException(files.environment() + ": cannot be read", e);
    }
  }

  private Harvest harvest(Planted planted, Endpoint endpoint) throws InterruptedException {
    var seed = planted.seed();
    screen.part(
        "%s  %s, to %s".formatted(planted.letter(), seed.source(), planted.store().words()));
    var began = System.nanoTime();
    var fed = seed.feed(endpoint, examples);
    screen.done(
        "accepted",
        "%s records, and %s again".formatted(number(fed.records()), number(fed.repeats())),
        began);
    var api = new DemoApi(endpoint);
    var stored = awaitCount(api, seed, fed.records(), began);
    screen.done("queryable", number(stored) + " records", began);
    var question = seed.question();
    screen.line("  " + question.words());
    screen.line("    curl '" + api.address(question.query()) + "'");
    var rows = api.query(question.query());
    if (rows.isEmpty()) {
      throw new CommandException(api.address(question.query()) + " answers with nothing");
    }
    for (var row : rows) {
      screen.line("    " + row);
    }
    return new Harvest(planted, api, fed, stored, rows.get(0).toString());
  }

  private long awaitCount(DemoApi api, Seed seed, long expected, long began)
      throws InterruptedException {
    while (true) {
      var count = api.count(seed.parts());
      if (count == expected) {
        return count;
      }
      var isLate = System.nanoTime() - began > COUNT_LIMIT.toNanos();
      if (count > expected || isLate) {
        throw new CommandException(
            "%s: %s different records were accepted, and %s can be queried%s"
                .formatted(
                    api.address(seed.parts().getFirst()),
                    number(expected),
                    number(count),
                    count > expected
                        ? "; a repeat was stored again"
                        : " after %d s".formatted(COUNT_LIMIT.toSeconds())));
      }
      screen.waitingFor("the records: " + number(count) + " can be queried", began);
      Thread.sleep(LOOK); // the count is asked for, not told
    }
  }

  private void show(List<Harvest> harvests) {
    screen.part("What went in, and what came out");
    var form = "  %-2s %-33s %-25s %7s %6s %7s  %s";
    screen.line(form.formatted("", "source", "store", "records", "again", "stored", "an answer"));
    for (var each : harvests) {
      screen.line(
          form.formatted(
              each.planted().letter(),
              each.planted().seed().source(),
              each.planted().store().words(),
              number(each.fed().records()),
              number(each.fed().repeats()),
              number(each.stored()),
              each.answer()));
    }
  }
}
