package dev.acequia.api.access;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.Map;

/** A response whose headers of access stay when an endpoint starts its answer anew. */
final class StickyHeaders extends HttpServletResponseWrapper {
  private final Map<String, String> headers;
  private final boolean variesByOrigin;

  StickyHeaders(HttpServletResponse response, Map<String, String> headers, boolean variesByOrigin) {
    super(response);
    this.headers = headers;
    this.variesByOrigin = variesByOrigin;
    set();
  }

  @Override
  public void setHeader(String name, String value) {
    super.setHeader(
        name, variesByOrigin && name.equalsIgnoreCase("Vary") ? value + ", Origin" : value);
  }

  @Override
  public void reset() {
    super.reset();
    set();
  }

  private void set() {
    headers.forEach(super::setHeader);
    if (variesByOrigin) {
      super.setHeader("Vary", "Origin");
    }
  }
}
