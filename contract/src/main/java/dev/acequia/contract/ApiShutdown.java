package dev.acequia.contract;

import java.time.Duration;

/**
 * How an API's Pod ends: parts of one budget, the Pod's grace period, that follow one another. So
 * no part takes what another needs, and none is cut off by the node.
 */
public final class ApiShutdown {
  /** The node waits before it tells the process, while balancers learn that the Pod ends. */
  public static final Duration PRE_STOP = Duration.ofSeconds(3);

  /** The process goes on answering, and asks clients to open their next connection elsewhere. */
  public static final Duration FAREWELL = Duration.ofSeconds(3);

  /** Requests under way end: a push waits 5 seconds for room and 20 for Kafka, a query 15. */
  public static final Duration DRAIN = Duration.ofSeconds(25);

  /** The producer sends what nobody waits for any more. */
  public static final Duration PRODUCER = Duration.ofSeconds(4);

  /** The store's connections, the management port and the JVM itself. */
  private static final Duration REST = Duration.ofSeconds(5);

  /** The Pod's grace period. */
  public static final Duration GRACE =
      PRE_STOP.plus(FAREWELL).plus(DRAIN).plus(PRODUCER).plus(REST);

  private ApiShutdown() {}
}
