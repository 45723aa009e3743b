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
  /**
   * A request's attribute: what is wrong with it. After a read that failed, such as at a {@link
   * BodyDeadline}, Tomcat takes no answer but this valve's.
   */
  public static final String PROBLEM = ProblemValve.class.getName() + ".problem";

  private static final Logger LOG = Logger.getLogger(ProblemValve.class.getName());

  @Override
  protected void report(Request request, Response response, @Nullable Throwable throwable) {
    var status = response.getStatus();
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    send(request.getAttribute(PROBLEM) instanceof Problem problem ? problem : of(status), response);
  }

  private static Problem of(int status) {
    var type =
        switch (status) {
          case 404 -> ProblemType.NOT_FOUND;
          case 405 -> ProblemType.METHOD_NOT_ALLOWED;
          case 413 -> ProblemType.BODY_TOO_LARGE;
          case 503 -> ProblemType.OVERLOADED;
          default -> status < 500 ? ProblemType.INVALID_REQUEST : ProblemType.INTERNAL_ERROR;
        };
    return Problem.of(
        type,
        status < 500
            ? "The request is not valid HTTP, or its address or headers are too long. In an"
                + " address, whatever is not ASCII must be percent-encoded: 日本 is"
                + " %E6%97%A5%E6%9C%AC."
            : "The server cannot answer now.");
  }

  private static void send(Problem problem, Response response) {
    var body = problem.json();
    try {
      response.setStatus(problem.type().status());
      problem.headers().forEach(response::setHeader);
      response.setContentType(Problem.MEDIA_TYPE);
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
      response.finishResponse();
    } catch (IOException | IllegalStateException e) {
      LOG.log(Level.FINE, "the client does not take its answer", e);
    }
  }
}
