package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * The throughput that is paid for in advance.
 *
 * @param read units a second: one is a strongly consistent read of 4 KiB
 * @param write units a second: one is a write of 1 KiB
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Capacity(long read, long write) {
  public Capacity {
    if (read < 1 || write < 1) {
      throw new IllegalArgumentException(
          "a capacity has one unit of each at least, not %d and %d".formatted(read, write));
    }
  }
}
