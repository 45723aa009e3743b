package dev.acequia.local.node;

import java.util.stream.Stream;

/** A process and all that it started. */
final class ProcessTree {
  private ProcessTree() {}

  /**
   * Kills the first process before those that it started, so that none gets to see another's end: a
   * shell whose child was killed under it would still write of that to its container's log.
   */
  static void kill(ProcessHandle first) {
    var all = Stream.concat(Stream.of(first), first.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
