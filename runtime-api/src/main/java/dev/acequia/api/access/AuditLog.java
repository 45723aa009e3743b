package dev.acequia.api.access;

import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each rejected call: what was called, from where, by whom as far as that is known,
 * and why not. Neither credentials nor the query are in it, which may hold data.
 */
final class AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.acequia.api.audit");
  private static final int MAX_LENGTH = 200;

  private AuditLog() {}

  static void rejected(HttpServletRequest request, int status, String why) {
    LOG.warn(
        "rejected {} {} from {}: {}, {}",
        request.getMethod(),
        shown(request.getRequestURI()),
        request.getRemoteAddr(),
        status,
        shown(why));
  }

  /** On one line, and not endless: words of the caller's may be in it. */
  static String shown(String text) {
    var line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line;
  }
}
