package dev.acequia.api;

import dev.acequia.api.http.ProblemAdvice;
import dev.acequia.api.ingest.IngestEndpoint;
import dev.acequia.api.query.QueryEndpoint;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.web.HttpRequestMethodNotSupportedException;

/**
 * The records' addresses. A servlet of its own, since finding the way through Spring MVC costs more
 * than taking in a record.
 */
final class RecordsServlet extends HttpServlet {
  private static final List<String> OF_ALL = List.of("GET", "HEAD", "POST", "OPTIONS");
  private static final List<String> OF_ONE = List.of("GET", "HEAD", "OPTIONS");

  private final transient IngestEndpoint ingest;
  private final transient QueryEndpoint query;
  private final transient ProblemAdvice problems;

  RecordsServlet(IngestEndpoint ingest, QueryEndpoint query, ProblemAdvice problems) {
    this.ingest = ingest;
    this.query = query;
    this.problems = problems;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      if (request.getPathInfo() == null) {
        serveAll(request, response);
      } else {
        serveOne(request, response);
      }
    } catch (Exception e) {
      problems.answer(e, request, response);
    }
  }

  private void serveAll(HttpServletRequest request, HttpServletResponse response) throws Exception {
    switch (request.getMethod()) {
      case "GET", "HEAD" -> query.page(request, response);
      case "POST" -> ingest.push(request, response);
      case "OPTIONS" -> response.setHeader("Allow", String.join(", ", OF_ALL));
      default -> throw new HttpRequestMethodNotSupportedException(request.getMethod(), OF_ALL);
    }
  }

  private void serveOne(HttpServletRequest request, HttpServletResponse response) throws Exception {
    switch (request.getMethod()) {
      case "GET", "HEAD" -> query.one(request, response);
      case "OPTIONS" -> response.setHeader("Allow", String.join(", ", OF_ONE));
      default -> throw new HttpRequestMethodNotSupportedException(request.getMethod(), OF_ONE);
    }
  }
}
