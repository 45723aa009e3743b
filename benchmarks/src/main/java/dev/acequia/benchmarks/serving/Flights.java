package dev.acequia.benchmarks.serving;

import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.nio.file.Path;
import java.util.List;

/** The records: real departures of the examples, repeated day after day under later dates. */
public final class Flights {
  public static final Schema SCHEMA =
      new Schema(
          List.of("time_hour", "carrier", "flight", "origin"),
          List.of(
              field("time_hour", FieldType.TIMESTAMP, true),
              field("carrier", FieldType.STRING, true),
              field("flight", FieldType.INT32, true),
              field("origin", FieldType.STRING, true),
              field("dest", FieldType.STRING, false),
              field("tailnum", FieldType.STRING, false),
              field("dep_delay", FieldType.DOUBLE, false),
              field("arr_delay", FieldType.DOUBLE, false),
              field("distance", FieldType.DOUBLE, false)),
          UnknownFields.REJECT);

  private Flights() {}

  /** The departures, a JSON object on each line. */
  public static Path file() {
    return Workplace.repository().resolve("examples/flights.ndjson");
  }

  private static Field field(String name, FieldType type, boolean required) {
    return new Field(name, type, required, null);
  }
}
