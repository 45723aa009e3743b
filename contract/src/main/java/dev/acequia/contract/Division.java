package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One way in which the files of a lake's table are parted: rows of one file have one result of the
 * transform.
 *
 * @param width the number of buckets, or what text is cut to and numbers are rounded down by; only
 *     with bucket and truncate
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Division(String field, Transform transform, @Nullable Integer width) {
  /** Iceberg's partition transforms. */
  public enum Transform {
    @JsonProperty("identity")
    IDENTITY,
    @JsonProperty("year")
    YEAR,
    @JsonProperty("month")
    MONTH,
    @JsonProperty("day")
    DAY,
    @JsonProperty("hour")
    HOUR,
    @JsonProperty("bucket")
    BUCKET,
    @JsonProperty("truncate")
    TRUNCATE;

    /** Whether it has a width. */
    public boolean isWide() {
      return this == BUCKET || this == TRUNCATE;
    }
  }

  public Division {
    if (transform.isWide() != (width != null)) {
      throw new IllegalArgumentException(
          transform.isWide()
              ? "width is missing: bucket and truncate need one"
              : "only bucket and truncate have a width");
    }
    if (width != null && width < 1) {
      throw new IllegalArgumentException("width " + width + ": use 1 or more");
    }
  }

  /** A division without a width. */
  public Division(String field, Transform transform) {
    this(field, transform, null);
  }
}
