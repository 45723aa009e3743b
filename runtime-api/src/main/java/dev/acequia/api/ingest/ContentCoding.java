package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a body may be compressed. */
enum ContentCoding {
  IDENTITY,
  GZIP,
  ZSTD;

  private static final String ACCEPTED = "gzip, zstd, identity";

  /** Chooses by the request's Content-Encoding. */
  static ContentCoding of(@Nullable String contentEncoding) {
    if (contentEncoding == null) {
      return IDENTITY;
    }
    return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "zstd" -> ZSTD;
      default ->
          throw new ProblemException(
              Problem.of(
                      ProblemType.UNSUPPORTED_MEDIA_TYPE,
                      "The content encoding '"
                          + contentEncoding
                          + "' is not understood; compress the body by gzip or zstd, once, or send"
                          + " it as it is.")
                  .withHeader("Accept-Encoding", ACCEPTED));
    };
  }
}
