package dev.acequia.benchmarks.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Departures without end, made of real ones, the same for the same seed: day by day as many as New
 * York had, each at the hour of a real one, with the delays of another. One in twenty is followed
 * some hundred records later by a correction of its arrival, which is what upsert mode is for.
 */
final class FlightStream implements Iterator<Flight> {
  /** 336,776 departures in 365 days. */
  private static final int PER_DAY = 922;

  private static final double CORRECTED = .05;
  private static final int CORRECTED_AFTER = 700;
  private static final long FIRST_DAY = Instant.parse("2013-01-01T00:00:00Z").getEpochSecond();
  private static final long DAY = Duration.ofDays(1).toSeconds();

  private record Real(
      long secondOfDay,
      String carrier,
      int number,
      String origin,
      String destination,
      @Nullable String tail,
      @Nullable Integer departureDelay,
      @Nullable Integer arrivalDelay,
      int distance) {}

  /** A correction and the number of the record that it follows. */
  private record Due(long after, Flight flight) {}

  private final List<Real> flights;
  private final List<Real> delays;
  private final Random random;
  private final ArrayDeque<Due> corrections = new ArrayDeque<>();
  private List<Flight> today = List.of();
  private int next;
  private long day;
  private long count;

  private FlightStream(List<Real> delays, long seed) {
    this.delays = delays;
    random = new Random(seed);
    // Of one flight at one hour, one a day: so that each day's keys differ.
    var seen = new HashSet<String>();
    flights = new ArrayList<>();
    for (var real : delays) {
      if (seen.add(
          real.secondOfDay() + real.carrier() + " " + real.number() + " " + real.origin())) {
        flights.add(real);
      }
    }
    Collections.shuffle(flights, random);
    if (flights.size() < PER_DAY) {
      throw new CommandException(
          "there are %d different flights to make days of, but a day has %d"
              .formatted(flights.size(), PER_DAY));
    }
  }

  /** Of the real departures in a file of JSON lines. */
  static FlightStream of(Path file, long seed) throws IOException {
    var mapper = new JsonMapper();
    var reals = new ArrayList<Real>();
    for (var line : Files.readAllLines(file)) {
      reals.add(real(mapper.readTree(line)));
    }
    return new FlightStream(reals, seed);
  }

  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public Flight next() {
    count++;
    var due = corrections.peek();
    if (due != null && due.after() <= count) {
      corrections.remove();
      return due.flight();
    }
    if (next == today.size()) {
      today = newDay();
      next = 0;
    }
    var flight = today.get(next++);
    var arrival = flight.arrivalDelay();
    if (arrival != null && random.nextDouble() < CORRECTED) {
      corrections.add(new Due(count + CORRECTED_AFTER, corrected(flight, arrival)));
    }
    return flight;
  }

  private List<Flight> newDay() {
    var made = new ArrayList<Flight>(PER_DAY);
    for (var i = 0; i < PER_DAY; i++) {
      var real = flights.get((int) ((day * PER_DAY + i) % flights.size()));
      var delay = delays.get(random.nextInt(delays.size()));
      made.add(
          new Flight(
              FIRST_DAY + day * DAY + real.secondOfDay(),
              real.carrier(),
              real.number(),
              real.origin(),
              real.destination(),
              real.tail(),
              delay.departureDelay(),
              delay.arrivalDelay(),
              real.distance(),
              null));
    }
    day++;
    made.sort(Comparator.comparingLong(Flight::scheduled));
    return made;
  }

  private Flight corrected(Flight flight, int arrival) {
    return new Flight(
        flight.scheduled(),
        flight.carrier(),
        flight.number(),
        flight.origin(),
        flight.destination(),
        flight.tail(),
        flight.departureDelay(),
        arrival + 1 + random.nextInt(5),
        flight.distance(),
        arrival);
  }

  private static Real real(JsonNode json) {
    var hour = Instant.parse(json.path("time_hour").asText()).getEpochSecond();
    return new Real(
        Math.floorMod(hour, DAY),
        json.path("carrier").asText(),
        json.path("flight").asInt(),
        json.path("origin").asText(),
        json.path("dest").asText(),
        json.hasNonNull("tailnum") ? json.path("tailnum").asText() : null,
        minutes(json.path("dep_delay")),
        minutes(json.path("arr_delay")),
        json.path("distance").asInt());
  }

  private static @Nullable Integer minutes(JsonNode json) {
    return json.isNumber() ? Integer.valueOf(json.asInt()) : null;
  }
}
