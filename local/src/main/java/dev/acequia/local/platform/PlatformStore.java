package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** The kinds of store that a demonstration's pipeline can have on this platform. */
public enum PlatformStore {
  POSTGRES("PostgreSQL") {
    @Override
    public String place(PlatformFiles files, String pipeline) {
      return LocalPlatform.STORE;
    }
  },
  /** In the platform's bucket, else in its folder, with its catalog in the platform's database. */
  LAKE("a lake of Parquet files") {
    @Override
    public String place(PlatformFiles files, String pipeline) throws IOException {
      var bucket = PlatformEnvironment.read(files.environment()).bucket();
      return "lake: {%s, catalog: {jdbc: {secretName: %s}}, commitInterval: 1s}"
          .formatted(
              bucket == null
                  ? "location: \"file://%s\"".formatted(files.home("lake").data().resolve(pipeline))
                  : bucket.place(pipeline),
              Warehouse.SECRET);
    }
  },
  /** In the platform's stand-in, with an index that finds the flights of an airport. */
  DYNAMODB("DynamoDB, played by moto") {
    @Override
    public String place(PlatformFiles files, String pipeline) throws IOException {
      var dynamo = PlatformEnvironment.read(files.environment()).dynamo();
      if (dynamo == null) {
        throw new CommandException(
            "nothing on this platform stands in for DynamoDB: stop it by ./acequia down, and start it"
                + " by ./acequia up --with dynamodb");
      }
      return "dynamodb: {%s}".formatted(dynamo.place());
    }

    @Override
    public String spec(PlatformFiles files, String pipeline) throws IOException {
      var place = place(files, pipeline);
      return place.substring(0, place.lastIndexOf('}'))
          + ", indexes: [{name: by-origin, hash: origin, range: time_hour}]}";
    }

    @Override
    public Set<OptionalServer> servers() {
      return Set.of(OptionalServer.DYNAMODB);
    }

    @Override
    public boolean answersAnyQuery() {
      return false;
    }

    @Override
    public boolean outlivesThePlatform() {
      return false;
    }
  },
  /** In a dataset of the platform's stand-in. */
  BIGQUERY("BigQuery, by a stand-in") {
    @Override
    public String place(PlatformFiles files, String pipeline) throws IOException {
      var bigquery = PlatformEnvironment.read(files.environment()).bigquery();
      if (bigquery == null) {
        throw new CommandException(
            "nothing on this platform stands in for BigQuery: stop it by ./acequia down, and start it"
                + " by ./acequia up --with bigquery");
      }
      return "bigquery: {%s, commitInterval: 1s}".formatted(bigquery.place());
    }

    @Override
    public Set<OptionalServer> servers() {
      return Set.of(OptionalServer.BIGQUERY);
    }
  };

  private final String words;

  PlatformStore(String words) {
    this.words = words;
  }

  /** The kind that an example names, as {@code spec.store} does. */
  public static PlatformStore of(String kind) {
    return valueOf(kind.toUpperCase(Locale.ROOT));
  }

  /** What it is, in a few words. */
  public String words() {
    return words;
  }

  /** {@code spec.store} of a pipeline here, as YAML, without what goes by its fields. */
  public abstract String place(PlatformFiles files, String pipeline) throws IOException;

  /** {@code spec.store} of a pipeline of flights. */
  public String spec(PlatformFiles files, String pipeline) throws IOException {
    return place(files, pipeline);
  }

  /** What a platform has to start for it. */
  public Set<OptionalServer> servers() {
    return Set.of();
  }

  /** Whether it answers others than those by its key and its indexes. */
  public boolean answersAnyQuery() {
    return true;
  }

  /** Whether its tables are there again when the platform starts again. */
  public boolean outlivesThePlatform() {
    return true;
  }

  /** As a person writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
