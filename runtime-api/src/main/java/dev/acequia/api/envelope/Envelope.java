package dev.acequia.api.envelope;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One system's way to push. The same object serves all its requests. */
public interface Envelope {
  /**
   * Verifies by its headers whom a request is from, as far as they tell, before its body is read.
   *
   * @throws ProblemException when it is not from whom it must be
   */
  default void verify(HttpServletRequest request) {}

  /**
   * Whether only the body can tell whom the request is from. Such a body is small, comes at once,
   * and takes no room from those of callers who are known.
   */
  default boolean isProvedByItsBody(HttpServletRequest request) {
    return false;
  }

  /**
   * Verifies what {@link #verify} could not, and takes the messages out of a request.
   *
   * @param body holds the request's body: {@code length} bytes from its beginning
   * @param memory takes the bytes that the messages hold beside the body's
   * @return none when the request wanted something else, which is done
   * @throws ProblemException when it is not from whom it must be, or malformed
   */
  List<Message> open(HttpServletRequest request, byte[] body, int length, LongConsumer memory)
      throws InterruptedException;

  /** The system's name: a message's id means something within it only. */
  String source();

  /** Before an attribute's name in the headers of a record in Kafka. */
  String attributePrefix();

  /** The field that takes a message's attributes, or null. */
  @Nullable String attributesField();

  /** Whether a bad record has its request refused, where the address does not say. */
  default boolean refusesBadRecords() {
    return false;
  }

  /** Whether {@link #open} lets in nobody who has not proved who they are. */
  boolean provesItsSender();

  /** Answers a request whose records are durable; false to have it answered as any push. */
  default boolean accept(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    return false;
  }

  /** Answers a request with a problem. */
  default void refuse(Problem problem, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    problem.send(response);
  }
}
