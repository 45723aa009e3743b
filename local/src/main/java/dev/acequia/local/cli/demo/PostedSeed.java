package dev.acequia.local.cli.demo;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Flights that a program posts, all twice. */
record PostedSeed() implements Seed {
  @Override
  public String example() {
    return "flights.yaml";
  }

  @Override
  public String source() {
    return "HTTP: one post of NDJSON";
  }

  @Override
  public Fed feed(Endpoint endpoint, Path examples) throws InterruptedException {
    try (var http = endpoint.client()) {
      var flights = Files.readAllLines(examples.resolve("flights.ndjson"));
      for (var attempt = 0; attempt < 2; attempt++) {
        Seed.post(
            http,
            endpoint,
            String.join("\n", flights),
            "Content-Type",
            "application/x-ndjson",
            "Idempotency-Key",
            "flights-of-2013");
      }
      return new Fed(flights.size(), flights.size());
    } catch (IOException e) {
      throw new CommandException(examples.resolve("flights.ndjson") + ": cannot be read", e);
    }
  }

  @Override
  public Questions.Question question() {
    return new Questions.Question(
        "How many flights left each airport?", "select=origin,count()&order=origin");
  }
}
