package dev.acequia.local.cli.load;

import org.jspecify.annotations.Nullable;

/**
 * How an import ended, in records.
 *
 * @param heldBack good ones of requests that were refused for others
 * @param unknown of requests that got no final answer
 * @param failure why it stopped before the file's end, or null
 * @param unreadable whether it stopped because the file could not be read on
 */
public record ImportResult(
    long read,
    long sent,
    long accepted,
    long rejected,
    long heldBack,
    long unknown,
    @Nullable String failure,
    boolean unreadable) {
  /** Whether every record of the file is durable. */
  public boolean isComplete() {
    return failure == null && accepted == read;
  }
}
