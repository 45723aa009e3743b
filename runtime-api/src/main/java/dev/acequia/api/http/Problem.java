package dev.acequia.api.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One problem document.
 *
 * @param detail what is wrong with this request and what to do, for a person
 * @param members further members, in their order
 * @param headers further headers of the response
 */
public record Problem(
    ProblemType type, String detail, Map<String, Object> members, Map<String, String> headers) {
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, Map.of(), Map.of());
  }

  public Problem with(String member, Object value) {
    var all = new LinkedHashMap<>(members);
    all.put(member, value);
    return new Problem(type, detail, all, headers);
  }

  public Problem withHeader(String name, String value) {
    var all = new LinkedHashMap<>(headers);
    all.put(name, value);
    return new Problem(type, detail, members, all);
  }

  /** Asks for another attempt, not sooner than in so many seconds. */
  public Problem retryAfter(int seconds) {
    return withHeader("Retry-After", Integer.toString(seconds));
  }

  /** The document. */
  public byte[] json() {
    var document = new LinkedHashMap<String, Object>();
    document.put("type", type.uri());
    document.put("title", type.title());
    document.put("status", type.status());
    document.put("detail", detail);
    // What PostgREST's clients look for in an error.
    document.put("code", type.code());
    document.put("message", detail);
    document.putAll(members);
    try {
      return JSON.writeValueAsBytes(document);
    } catch (JacksonException e) {
      throw new IllegalStateException("a problem is always JSON", e);
    }
  }

  /** Answers with it; a response that has begun is broken off instead. */
  public void send(HttpServletResponse response) throws IOException {
    if (response.isCommitted()) {
      throw new IOException("the response was under way: " + detail);
    }
    response.reset();
    response.setStatus(type.status());
    headers.forEach(response::setHeader);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType(MEDIA_TYPE);
    var body = json();
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
