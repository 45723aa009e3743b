package dev.acequia.api.http;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a problem document what Tomcat itself refuses, before a request reaches the
 * application: a malformed address, too large a header.
 */
public final class ProblemValve extends ErrorReportValve {
  private static final Logger LOG = Logger.getLogger(ProblemValve.class.getName());

  @Override
  protected void report(Request request, Response response, @Nullable Throwable throwable) {
    var status = response.getStatus();
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    var type =
        switch (status) {
          case 404 -> ProblemType.NOT_FOUND;
          case 405 -> ProblemType.METHOD_NOT_ALLOWED;
          case 413 -> ProblemType.BODY_TOO_LARGE;
          case 503 -> ProblemType.OVERLOADED;
          default -> status < 500 ? ProblemType.INVALID_REQUEST : ProblemType.INTERNAL_ERROR;
        };
    var body =
        Problem.of(
                type,
                status < 500
                    ? "The request is not valid HTTP, or its address or headers are too long. In an"
                        + " address, whatever is not ASCII must be percent-encoded: 日本 is"
                        + " %E6%97%A5%E6%9C%AC."
                    : "The server cannot answer now.")
            .json();
    try {
      response.setStatus(type.status());
      response.setContentType(Problem.MEDIA_TYPE);
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
      response.finishResponse();
    } catch (IOException | IllegalStateException e) {
      LOG.log(Level.FINE, "the client does not take its answer", e);
    }
  }
}
