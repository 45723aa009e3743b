package dev.acequia.local.cli.demo;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import dev.acequia.servers.push.PubSubStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Year;
import java.time.ZoneOffset;

/** Departures that Google Pub/Sub pushes with a token, every tenth twice. */
record PushedSeed(PubSubStandIn pubsub) implements Seed {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String AUDIENCE = "https://departures.example.com";
  private static final String ACCOUNT = "departures-push@my-project.iam.gserviceaccount.com";
  private static final int DEPARTURES = 200;
  private static final int ONE_REPEAT_AMONG = 10;

  @Override
  public String example() {
    return "sources/pubsub.yaml";
  }

  @Override
  public String source() {
    return "Pub/Sub: pushes with OIDC tokens";
  }

  @Override
  public Fed feed(Endpoint endpoint, Path examples) throws InterruptedException {
    var token = pubsub.token(AUDIENCE, ACCOUNT);
    try (var http = endpoint.client();
        var flights = Files.lines(examples.resolve("flights.ndjson"))) {
      var number = 0;
      for (var flight : flights.limit(DEPARTURES).toList()) {
        var body = PubSubStandIn.body("message-" + number, departure(flight));
        for (var attempt = 0; attempt < (number % ONE_REPEAT_AMONG == 0 ? 2 : 1); attempt++) {
          Seed.post(
              http,
              endpoint,
              body,
              "Content-Type",
              "application/json",
              "Authorization",
              "Bearer " + token);
        }
        number++;
      }
      return new Fed(number, number / ONE_REPEAT_AMONG);
    } catch (JacksonException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new CommandException(examples.resolve("flights.ndjson") + ": cannot be read", e);
    }
  }

  private static String departure(String flight) throws JacksonException {
    var read = JSON.readTree(flight);
    var departure = JSON.createObjectNode();
    departure.set("carrier", read.path("carrier"));
    departure.set("flight", read.path("flight"));
    departure.put("departed", lastYear(read.path("time_hour").asText()));
    return departure.toString();
  }

  /** The warehouse takes rows into partitions of the last ten years. */
  private static String lastYear(String time) {
    return time.replaceFirst("^\\d{4}", Integer.toString(Year.now(ZoneOffset.UTC).getValue() - 1));
  }

  @Override
  public Questions.Question question() {
    return new Questions.Question(
        "Which carriers departed most often?",
        "select=carrier,departures:count()&order=departures.desc,carrier&limit=3");
  }
}
