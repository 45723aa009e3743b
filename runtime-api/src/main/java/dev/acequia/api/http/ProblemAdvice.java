package dev.acequia.api.http;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.query.InvalidQueryException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.NoHandlerFoundException;

/** Turns what a request ran into into the problem document that answers it. */
@ControllerAdvice
public final class ProblemAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

  /**
   * Answers.
   *
   * @throws IOException when there is nobody to answer: the client went away, or its connection
   *     must be broken
   */
  @ExceptionHandler
  public void answer(Exception thrown, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    switch (thrown) {
      case IOException e -> throw e;
      case ProblemException e -> e.problem().send(response);
      case InvalidQueryException e ->
          Problem.of(ProblemType.INVALID_QUERY, String.valueOf(e.getMessage())).send(response);
      case StoreReadException e -> storeDidNotAnswer(e, response);
      case NoHandlerFoundException e ->
          Problem.of(
                  ProblemType.NOT_FOUND,
                  "There is nothing at this address. Records are at /v1/records, the documentation"
                      + " at /docs.")
              .send(response);
      case HttpRequestMethodNotSupportedException e -> methodNotAllowed(e, response);
      default -> {
        LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), thrown);
        Problem.of(ProblemType.INTERNAL_ERROR, "This is a fault of the server; its log says more.")
            .send(response);
      }
    }
  }

  private static void storeDidNotAnswer(StoreReadException e, HttpServletResponse response)
      throws IOException {
    switch (e.reason()) {
      case UNAVAILABLE -> {
        LOG.warn("{}", e.getMessage());
        Problem.of(ProblemType.STORE_UNAVAILABLE, "The store cannot be reached; try again.")
            .retryAfter(5)
            .send(response);
      }
      case BUSY ->
          Problem.of(ProblemType.OVERLOADED, "All connections to the store are in use; try again.")
              .retryAfter(1)
              .send(response);
      case TOO_SLOW ->
          Problem.of(
                  ProblemType.QUERY_TOO_SLOW,
                  "The store ended the query for taking too long. Ask for fewer rows or filter by"
                      + " what identifies a record.")
              .retryAfter(10)
              .send(response);
      case TOO_COSTLY ->
          Problem.of(ProblemType.QUERY_TOO_COSTLY, String.valueOf(e.getMessage())).send(response);
      case IMPOSSIBLE, TOO_LARGE ->
          Problem.of(ProblemType.INVALID_QUERY, String.valueOf(e.getMessage())).send(response);
      case REFUSED ->
          Problem.of(ProblemType.INTERNAL_ERROR, "The store refused the query; the log says why.")
              .send(response);
    }
  }

  private static void methodNotAllowed(
      HttpRequestMethodNotSupportedException e, HttpServletResponse response) throws IOException {
    var supported = e.getSupportedMethods();
    var allowed = supported == null ? "" : String.join(", ", supported);
    Problem.of(
            ProblemType.METHOD_NOT_ALLOWED,
            "%s does not apply here; %s do.".formatted(e.getMethod(), allowed))
        .withHeader("Allow", allowed)
        .send(response);
  }
}
