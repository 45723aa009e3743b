package dev.acequia.api.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * A process that is about to end asks each client to open its next connection elsewhere: a kept one
 * would lead to nobody.
 */
public final class LeaveTaking extends HttpFilter {
  private final transient BooleanSupplier stopping;

  public LeaveTaking(BooleanSupplier stopping) {
    this.stopping = stopping;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    // Before, for answers that begin while they are made; after, since a problem starts anew.
    say(response);
    chain.doFilter(request, response);
    say(response);
  }

  private void say(HttpServletResponse response) {
    if (stopping.getAsBoolean() && !response.isCommitted()) {
      response.setHeader("Connection", "close");
    }
  }
}
