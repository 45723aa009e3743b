package dev.acequia.api.bounds;

/**
 * Bounds that follow the heap, so that an API with little memory refuses what does not fit instead
 * of running out. Each bound is in bytes; at the image's 240 MiB of heap each is at its most.
 */
public record HeapShare(
    long bodies,
    long decoders,
    long inFlight,
    long producer,
    long pushes,
    long pages,
    long unproved) {
  private static final long MIB = 1 << 20;

  /** What this process may hold. */
  public static HeapShare ofThisProcess() {
    return of(Runtime.getRuntime().maxMemory());
  }

  /**
   * What a process may hold.
   *
   * @param heap the largest heap, in bytes
   */
  public static HeapShare of(long heap) {
    return new HeapShare(
        // The largest body that is read whole, while its array grows for the last time.
        Math.clamp(heap / 5, 25 * MIB, 48 * MIB),
        // The largest window of zstd.
        Math.clamp(heap / 15 * 2, 9 * MIB, 32 * MIB),
        Math.clamp(heap / 10, 4 * MIB, 24 * MIB),
        Math.clamp(heap / 15 * 2, 6 * MIB, 32 * MIB),
        // At most the last 10,000 pushes under a key of their own.
        Math.clamp(heap / 120, MIB / 2, 2 * MIB),
        // Pages beyond it are in files from their first 8 KiB on.
        Math.clamp(heap / 15, 4 * MIB, 16 * MIB),
        // One or two messages of the largest size, or dozens as large as SNS makes them.
        Math.clamp(heap / 24, 6 * MIB, 10 * MIB));
  }
}
