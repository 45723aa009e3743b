package dev.acequia.local.cli.load;

import java.time.Duration;

/** Watches an import; called from several threads. */
public interface ImportListener {
  /** Records were answered for; the file is done up to this share, 0 to 1. */
  void answered(int accepted, int rejected, double share);

  /** One of the records that were not accepted; of many, the first of each request. */
  void problem(RecordProblem problem);

  /** Something about the whole file that its owner should know. */
  void remark(String text);

  /** A request could not be answered and will be sent again. */
  void waiting(String reason, Duration delay);

  /** A request was answered that had to be sent again. */
  void recovered();
}
