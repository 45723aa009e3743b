package dev.acequia.local.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.local.cli.load.Endpoint;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Readings of a Kinesis stream that Amazon Data Firehose delivers, every delivery twice. */
record DeliveredSeed() implements Seed {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String KEY = UUID.randomUUID().toString();
  private static final int DELIVERIES = 5;
  private static final int HOURS = 20;

  @Override
  public String example() {
    return "sources/firehose.yaml";
  }

  @Override
  public String source() {
    return "Kinesis: deliveries of Firehose";
  }

  @Override
  public void prepare(SeedCluster cluster) {
    cluster.secret("readings-firehose", Map.of("access-key", KEY));
  }

  @Override
  public Fed feed(Endpoint endpoint, Path examples) throws InterruptedException {
    try (var http = endpoint.client()) {
      for (var sensor = 0; sensor < DELIVERIES; sensor++) {
        var id = UUID.randomUUID().toString();
        var body = JSON.createObjectNode();
        body.put("requestId", id);
        body.put("timestamp", System.currentTimeMillis());
        var records = body.putArray("records");
        for (var hour = 0; hour < HOURS; hour++) {
          records
              .addObject()
              .put(
                  "data",
                  Base64.getEncoder().encodeToString(reading(sensor, hour).getBytes(UTF_8)));
        }
        for (var attempt = 0; attempt < 2; attempt++) {
          Seed.post(
              http,
              endpoint,
              JSON.writeValueAsString(body),
              "Content-Type",
              "application/json",
              "X-Amz-Firehose-Protocol-Version",
              "1.0",
              "X-Amz-Firehose-Request-Id",
              id,
              "X-Amz-Firehose-Access-Key",
              KEY);
        }
      }
    } catch (JacksonException e) {
      throw new IllegalStateException(e);
    }
    return new Fed(DELIVERIES * HOURS, DELIVERIES * HOURS);
  }

  private static String reading(int sensor, int hour) {
    return "{\"sensor\":\"s-%d\",\"taken_at\":\"2026-01-01T%02d:00:00Z\",\"site\":\"%s\",\"celsius\":%d.5}"
        .formatted(sensor, hour, sensor % 2 == 0 ? "roof" : "cellar", 10 + (sensor + hour) % 12);
  }

  @Override
  public List<String> parts() {
    return List.of("site=eq.roof&limit=1", "site=eq.cellar&limit=1");
  }

  @Override
  public Questions.Question question() {
    return new Questions.Question(
        "What did the roof measure last?",
        "site=eq.roof&select=sensor,taken_at,celsius&order=taken_at.desc&limit=2");
  }
}
