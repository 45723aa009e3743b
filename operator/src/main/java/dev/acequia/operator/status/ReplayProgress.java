package dev.acequia.operator.status;

import dev.acequia.crds.ReplayedPartition;
import dev.acequia.operator.plan.LogFacts;
import java.util.ArrayList;
import java.util.List;

/**
 * How far the consumers are with a replay, by what they committed.
 *
 * @param partitions as a consumer found them where one has begun, else as planned
 * @param done records read again
 * @param begun partitions in which a consumer has begun
 * @param ended partitions in which it has ended
 */
record ReplayProgress(List<ReplayedPartition> partitions, long done, int begun, int ended) {
  ReplayProgress {
    partitions = List.copyOf(partitions);
  }

  static ReplayProgress of(String id, List<ReplayedPartition> planned, LogFacts log) {
    var partitions = new ArrayList<ReplayedPartition>();
    var done = 0L;
    var begun = 0;
    var ended = 0;
    for (var one : planned) {
      var seen = log.partitions().get(one.partition());
      var mark = seen == null ? null : seen.mark();
      if (seen == null || mark == null || seen.committed() == null || !mark.id().equals(id)) {
        partitions.add(one);
        continue;
      }
      begun++;
      ended += seen.committed() >= mark.until() ? 1 : 0;
      done += Math.max(0, Math.min(seen.committed(), mark.until()) - mark.from());
      partitions.add(new ReplayedPartition(one.partition(), mark.from(), mark.until()));
    }
    return new ReplayProgress(partitions, done, begun, ended);
  }

  long total() {
    return partitions.stream().mapToLong(one -> one.to() - one.from()).sum();
  }

  boolean hasBegun() {
    return begun > 0;
  }

  boolean hasEnded() {
    return ended == partitions.size();
  }
}
