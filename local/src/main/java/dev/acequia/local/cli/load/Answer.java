package dev.acequia.local.cli.load;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the endpoint said to a chunk. */
sealed interface Answer {
  /** The chunk is durable, but for the rejected records. */
  record Done(int accepted, int rejected, List<RecordProblem> problems) implements Answer {}

  /**
   * Some of the chunk is bad.
   *
   * @param accepted mostly none: the endpoint takes all or nothing, but for what its topic refuses
   */
  record Refused(int accepted, int rejected, List<RecordProblem> problems) implements Answer {}

  /** The same request may be answered later; what became of it is not known. */
  record Later(String reason, @Nullable Duration after) implements Answer {}

  /**
   * There is no use in sending it again.
   *
   * @param unknown whether some of it may be stored
   */
  record Never(String reason, boolean unknown) implements Answer {}
}
