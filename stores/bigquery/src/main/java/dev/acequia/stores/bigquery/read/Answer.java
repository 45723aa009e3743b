package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.google.api.client.http.HttpResponse;
import dev.acequia.stores.StoreReadException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One answer of {@code jobs.query} or {@code jobs.getQueryResults}, parsed as it arrives. The rows
 * come first, then the other properties in any order.
 */
final class Answer implements AutoCloseable {
  private final HttpResponse response;
  private final JsonParser in;
  private final int maxBytes;
  private boolean isInRows;
  private boolean isAtEnd;
  private boolean isComplete;
  private @Nullable String pageToken;
  private @Nullable JobName job;

  private Answer(HttpResponse response, JsonParser in, int maxBytes) {
    this.response = response;
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /** What makes answers, none of whose texts is longer than a row may be. */
  static final class Reading {
    private final JsonFactory json;
    private final int maxBytes;

    Reading(int maxBytes) {
      this.maxBytes = maxBytes;
      json =
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(maxBytes).build())
              .build();
    }

    Answer of(HttpResponse response) throws IOException {
      return new Answer(response, json.createParser(response.getContent()), maxBytes);
    }
  }

  /**
   * Takes the next row.
   *
   * @return false when there is none; only then is the rest of the answer known
   * @throws IOException when the answer breaks off or is none
   */
  boolean next(AnswerRow row) throws IOException, StoreReadException {
    try {
      while (true) {
        var token = in.nextToken();
        if (isInRows) {
          if (token == JsonToken.START_OBJECT) {
            row.take(in);
            return true;
          }
          isInRows = false;
        } else if (token == JsonToken.FIELD_NAME) {
          takeField();
        } else if (token == JsonToken.END_OBJECT) {
          isAtEnd = true;
          return false;
        } else if (token != JsonToken.START_OBJECT) {
          throw new IOException("the answer breaks off");
        }
      }
    } catch (StreamConstraintsException e) {
      throw ReadFailure.tooLarge(maxBytes);
    }
  }

  private void takeField() throws IOException {
    var name = in.currentName();
    var token = in.nextToken();
    switch (name) {
      case "rows" -> isInRows = token == JsonToken.START_ARRAY;
      case "jobComplete" -> isComplete = in.getBooleanValue();
      case "pageToken" -> pageToken = in.getText().isEmpty() ? null : in.getText();
      case "jobReference" -> job = JobName.of(in);
      default -> in.skipChildren();
    }
  }

  /** Whether the job has ended, so that there are rows. */
  boolean isComplete() {
    return isComplete;
  }

  /** Where the next rows begin; null where there are none. */
  @Nullable String pageToken() {
    return pageToken;
  }

  /** The job; null where the service made none, since this answer is all. */
  @Nullable JobName job() {
    return job;
  }

  /** Leaves the connection to the next call, unless there is more to read on it. */
  @Override
  public void close() {
    try {
      if (isAtEnd) {
        in.close();
      } else {
        response.disconnect();
      }
    } catch (IOException e) {
      // Nothing more is read of it.
    }
  }
}
