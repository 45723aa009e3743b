package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The last word of a process that needs a person: it ends with {@link #EXIT_CODE} and leaves this
 * in the file that Kubernetes copies into the Pod's status. Any other end is a crash, and is
 * retried.
 *
 * @param reason for the condition
 * @param message what happened and what to do, for a person; shortened to fit into a Pod's status
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Termination(Reason reason, String message) {
  /** {@code EX_CONFIG} of sysexits.h. */
  public static final int EXIT_CODE = 78;

  /**
   * Kubernetes keeps 4 KiB; a character is at most three bytes of UTF-8, and the rest is for the
   * frame.
   */
  private static final int MAX_CHARS = 1300;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Why a person is needed; the constant's camel-case form is the condition's reason. */
  public enum Reason {
    /** The store refuses a statement, and goes on to do so; the message holds its own words. */
    StoreRefused,
    /** Kafka refuses the log-on or a right, and goes on to do so; the message has its own words. */
    KafkaRefused,
    /** The table belongs to another pipeline, or to one of another installation. */
    NameTaken,
    /** The change of schema cannot be done on the table as it is. */
    SchemaChangeRefused,
    /** The change of schema would write a large table anew, for which a person has to be asked. */
    RewriteNotAllowed,
    /** The topic is another one than what the stored offsets belong to. */
    TopicRecreated,
    /** The stored offset lies outside the topic's log. */
    OffsetsLost,
    /** Records of the topic are damaged, or take more memory than a consumer has. */
    RecordsUnreadable,
    /** So many records are bad that a wrong deploy is likelier than bad records. */
    DeadLettersExceeded,
    /** The process was started with a definition or environment it cannot use. */
    Misconfigured
  }

  public Termination {
    Objects.requireNonNull(reason, "reason"); // a Pod may leave any JSON
    if (message.length() > MAX_CHARS) {
      message = message.substring(0, MAX_CHARS) + "…";
    }
  }

  /** Leaves the message for Kubernetes. */
  public void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this));
  }

  /** Reads a Pod's termination message; empty when it is not one of ours. */
  public static Optional<Termination> parse(String message) {
    try {
      return Optional.ofNullable(JSON.readValue(message, Termination.class));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
