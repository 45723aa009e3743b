package dev.acequia.local.cli.demo;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import dev.acequia.servers.push.SnsStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Passengers that Amazon SNS notifies, each twice. */
record NotifiedSeed(SnsStandIn sns) implements Seed {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String TOPIC_ARN = "arn:aws:sns:us-west-2:123456789012:passengers";

  @Override
  public String example() {
    return "sources/sns.yaml";
  }

  @Override
  public String source() {
    return "SNS: signed notifications";
  }

  @Override
  public Fed feed(Endpoint endpoint, Path examples) throws InterruptedException {
    try (var http = endpoint.client()) {
      var records = 0;
      for (var passenger : JSON.readTree(Files.readString(examples.resolve("passengers.json")))) {
        var body = JSON.writeValueAsString(sns.notification(TOPIC_ARN, passenger.toString()));
        for (var attempt = 0; attempt < 2; attempt++) {
          Seed.post(
              http,
              endpoint,
              body,
              "Content-Type",
              "text/plain; charset=UTF-8",
              "x-amz-sns-message-type",
              "Notification");
        }
        records++;
      }
      return new Fed(records, records);
    } catch (JacksonException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new CommandException(examples.resolve("passengers.json") + ": cannot be read", e);
    }
  }

  @Override
  public Questions.Question question() {
    return new Questions.Question(
        "Who sits in row 20?", "seat_number=like.20*&select=name,seat_number&order=seat_number");
  }
}
