package dev.acequia.servers.bigquery;

/** What happens to calls. */
@FunctionalInterface
public interface Faults {
  /** None. */
  Faults NONE = call -> Fault.NONE;

  /** Is asked for each call, by several threads at once. */
  Fault of(Call call);

  /**
   * A call.
   *
   * @param method as the service names it: {@code jobs.query}, {@code jobs.getQueryResults}, {@code
   *     jobs.insert}, {@code tables.get}, {@code tables.insert}, {@code tables.patch}, {@code
   *     AppendRows}, {@code CreateWriteStream}, {@code FinalizeWriteStream} and so on
   * @param subject the statement of a query; the table or the stream of all other calls
   */
  record Call(String method, String subject) {}

  /** What happens to a call. */
  enum Fault {
    /** Nothing. */
    NONE,
    /** It has no effect: 503 {@code backendError}, or {@code UNAVAILABLE}. */
    UNAVAILABLE,
    /** It has no effect: 403 {@code rateLimitExceeded}, or {@code RESOURCE_EXHAUSTED}. */
    THROTTLED,
    /**
     * A statement has no effect, since others changed its table meanwhile: 400 {@code
     * invalidQuery}. Other calls are as usual.
     */
    CONFLICT,
    /** It has its effect, and its connection breaks before the answer. */
    ANSWER_LOST,
    /** It has its effect, and there is no answer for a minute. */
    SILENT
  }
}
