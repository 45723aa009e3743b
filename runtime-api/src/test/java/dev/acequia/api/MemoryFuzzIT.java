package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Everything that takes memory, at once, against one API process in the 512 MiB of its Pod. It must
 * outlive that, and serve an honest client meanwhile.
 *
 * <p>The process is started by its image's own entry point, with the image's flags and libraries.
 * No cgroup is made, which needs rights that a build does not have. Instead, {@code -XX:MaxRAM} is
 * what the JVM takes for the container's memory, and {@code /proc} tells what the process holds:
 * its own pages by the kernel's high-water mark, and what the kernel queues for its connections,
 * which a container's limit counts as well.
 *
 * <p>{@code -Pfull} attacks for 30 minutes, each ten minutes another schema; {@code -Dmemory.seed}
 * tries others.
 */
@Isolated
class MemoryFuzzIT {
  /** 0 for the short form. */
  private static final int MINUTES = Integer.getInteger("memory.minutes", 0);

  private static final boolean FULL = MINUTES > 0;
  private static final long SEED = Long.getLong("memory.seed", 1);
  private static final Duration SHORT = Duration.ofSeconds(35);
  private static final Duration ROUND = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final int MANY_SOCKETS = 10_000;
  private static final int FEW_SOCKETS = 2000;
  private static final long LIMIT_KIB = 512 << 10;
  private static final int PAGE = 10_000;
  private static final String FIREHOSE_KEY = "a-firehose-key";
  private static final Duration PROMPT = Duration.ofSeconds(1);
  private static final Duration PATIENT = Duration.ofSeconds(30);

  /** Who is refused comes back, and has waited as long as the slowest of a 99th percentile. */
  private static final double REFUSED = 0.01;

  /** Connections to the store and to Kafka come and go. */
  private static final int OTHER_FILES = 40;

  @TempDir private Path folder;

  @Test
  void outlivesWhatTakesMemoryAndServesAnHonestClientMeanwhile() throws Exception {
    if (!FULL) {
      round(SEED, SHORT);
      return;
    }
    var left = Duration.ofMinutes(MINUTES);
    for (var seed = SEED; left.isPositive(); seed++) {
      var time = left.compareTo(ROUND) < 0 ? left : ROUND;
      round(seed, time);
      left = left.minus(time);
    }
  }

  private void round(long seed, Duration time) throws Exception {
    var random = new Random(seed);
    var table = new ExtremeTable(random);
    System.out.printf("seed %d, %s, %s%n", seed, time, table);
    var keys = Files.createDirectories(folder.resolve("keys-" + seed));
    var attackersKey = key(keys, "attackers");
    var honestKey = key(keys, "honest");
    try (var vendor = new VendorStandIn();
        var attackersHttp = HttpClient.newHttpClient();
        var honestHttp = HttpClient.newHttpClient();
        var pipeline =
            TestPipeline.start(
                LoadMode.UPSERT, List.of(ExtremeTable.KEY), table.fields().toArray(Field[]::new))) {
      table.fill(pipeline.table());
      var google = new RSAKeyGenerator(2048).keyID("one").generate();
      vendor.serveGoogleKeys(new JWKSet(google.toPublicJWK()).toString());
      var pushes =
          ExtremePush.all(
              table, PubSubIT.token(PubSubIT.claims().build(), google), FIREHOSE_KEY, random);
      var over = new CountDownLatch(1);
      try (var api = start(pipeline.definition, vendor.origin(), keys)) {
        awaitReady(api);
        var filesBefore = api.openFiles();
        var watch = new MemoryWatch(api);
        var target = new AttackTarget(api.address(), attackersKey, table, attackersHttp, over);
        var honest =
            new HonestClient(new AttackTarget(api.address(), honestKey, table, honestHttp, over));
        var assault = new Assault(target, seed);
        try (assault;
            var thread = Executors.newSingleThreadExecutor()) {
          var run =
              thread.submit(
                  () -> {
                    honest.run();
                    return true;
                  });
          assault.begin(new QueryAttack(target));
          assault.begin(new StampedeAttack(target));
          assault.begin(new PushAttack(target, pushes));
          assault.begin(new SlowReadAttack(target));
          assault.begin(new StalledBodyAttack(target, pushes));
          assault.begin(new HalfOpenAttack(target, FULL ? MANY_SOCKETS : FEW_SOCKETS));
          try {
            for (var end = System.nanoTime() + time.toNanos();
                api.isAlive() && System.nanoTime() - end < 0;
                target.pause(LOOK)) {
              watch.look();
            }
          } finally {
            over.countDown();
          }
          run.get();
        }
        report(honest, assault, api, watch);
        check(honest, assault, api, watch);
        awaitNormal(api, filesBefore);
      }
    }
  }

  /** In the Pod's view of its memory, with all sources declared. */
  private RuntimeProgram start(PipelineDefinition all, String vendor, Path keys)
      throws IOException {
    var firehoseKeys = Files.createDirectories(folder.resolve("firehose"));
    Files.writeString(firehoseKeys.resolve("one"), FIREHOSE_KEY);
    var environment = new HashMap<>(TestPipeline.environment());
    environment.put("ACEQUIA_API_KEYS_DIR", keys.toString());
    environment.put("ACEQUIA_FIREHOSE_KEYS_DIR", firehoseKeys.toString());
    environment.put("ACEQUIA_SOURCES_STAND_IN", vendor);
    environment.put(
        "ACEQUIA_SOURCES",
        """
        {"cloudEvents":{},"firehose":{},
         "sns":{"topicArns":["arn:aws:sns:us-west-2:123456789012:fuzz"]},
         "pubsub":{"audience":"%s","serviceAccount":"%s"}}
        """
            .formatted(PubSubIT.AUDIENCE, PubSubIT.ACCOUNT));
    var definition =
        new PipelineDefinition(
            all.namespace(),
            all.name(),
            null,
            all.schema(),
            all.topic(),
            all.store(),
            all.mode(),
            PAGE,
            PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
            null);
    return RuntimeProgram.api(definition, environment, folder, List.of("-XX:MaxRAM=512m"));
  }

  private static String key(Path keys, String id) throws IOException {
    var key = ApiKey.generate(id, new SecureRandom());
    var entry = ApiKeyEntry.of(key, List.of(Scope.values()), Instant.now(), null);
    Files.writeString(keys.resolve(id), entry.toJson());
    return key.text();
  }

  private static void awaitReady(RuntimeProgram api) {
    await()
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptions()
        .until(() -> management(api, "/health/ready").statusCode() == 200);
  }

  private static HttpResponse<String> management(RuntimeProgram api, String path)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(api.management() + path))
              .timeout(Duration.ofSeconds(10))
              .build(),
          BodyHandlers.ofString());
    }
  }

  private static void report(
      HonestClient honest, Assault assault, RuntimeProgram api, MemoryWatch watch)
      throws IOException {
    assault.tallies().forEach((attack, tally) -> System.out.println(attack + ": " + tally));
    System.out.println("honest client: " + honest);
    if (api.isAlive()) {
      System.out.printf(
          "memory: %d MiB of the process, %d MiB with its connections, which had up to %d MiB%n",
          api.peakResidentKib() >> 10, watch.peakKib() >> 10, watch.peakSocketsKib() >> 10);
    }
  }

  private static void check(
      HonestClient honest, Assault assault, RuntimeProgram api, MemoryWatch watch)
      throws IOException {
    assertThat(api.isAlive()).as(api.log()).isTrue();
    assertThat(api.log()).doesNotContain("OutOfMemoryError");
    assertThat(api.peakResidentKib()).isLessThan(LIMIT_KIB);
    assertThat(watch.peakKib()).isLessThan(LIMIT_KIB);
    assertThat(assault.tallies())
        .allSatisfy(
            (attack, tally) -> {
              assertThat(tally.total()).as(attack).isPositive();
              assertThat(tally.unexplained()).as("%s: %s", attack, tally).isZero();
            });
    var tally = honest.tally();
    assertThat(tally.unexplained()).as("%s", tally).isZero();
    assertThat(tally.of("200") + tally.of("206")).as("%s", tally).isPositive();
    if (FULL) {
      assertThat(honest.percentile(0.99)).isLessThan(PROMPT);
      assertThat(tally.of("503") + tally.of("no answer"))
          .as("%s", tally)
          .isLessThan((long) Math.ceil(REFUSED * honest.requests()));
    } else {
      // Beside other builds, on any machine.
      assertThat(honest.percentile(0.5)).isLessThan(PATIENT);
    }
  }

  /** Nothing is held any more, and the largest things go as they did before. */
  private static void awaitNormal(RuntimeProgram api, long filesBefore) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              assertThat(held(api)).isNotEmpty().allMatch(line -> line.endsWith(" 0.0"));
              assertThat(api.openFiles()).isLessThan(filesBefore + OTHER_FILES);
            });
  }

  private static List<String> held(RuntimeProgram api) throws IOException, InterruptedException {
    return management(api, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(PipelineMetric.API_HELD.exposedName() + "{"))
        .toList();
  }
}
