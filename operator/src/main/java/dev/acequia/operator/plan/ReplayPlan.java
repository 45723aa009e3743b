package dev.acequia.operator.plan;

import dev.acequia.crds.DataPipelineReplaySpec;
import dev.acequia.crds.PartitionOffset;
import dev.acequia.crds.ReplayedPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A replay's times and offsets as offsets of the topic as it is. */
public sealed interface ReplayPlan {

  /**
   * What is to be read again.
   *
   * @param partitions only those where there is something to read
   */
  record Offsets(List<ReplayedPartition> partitions) implements ReplayPlan {
    public Offsets {
      partitions = List.copyOf(partitions);
    }

    public long records() {
      return partitions.stream().mapToLong(one -> one.to() - one.from()).sum();
    }
  }

  /** The topic does not have these offsets; each problem is a sentence. */
  record OutsideLog(List<String> problems) implements ReplayPlan {
    public OutsideLog {
      problems = List.copyOf(problems);
    }
  }

  /** Consumers have not told how far they are. */
  record TooEarly(List<Integer> partitions) implements ReplayPlan {
    public TooEarly {
      partitions = List.copyOf(partitions);
    }
  }

  /** The plan for a spec that has passed validation. */
  static ReplayPlan of(DataPipelineReplaySpec spec, LogFacts log) {
    return new Assembly(spec, log, new ArrayList<>()).plan();
  }

  /** The steps of {@link #of}, which share what they know. */
  record Assembly(DataPipelineReplaySpec spec, LogFacts log, List<String> problems) {

    ReplayPlan plan() {
      var froms = new TreeMap<Integer, Long>();
      log.partitions().forEach((number, partition) -> froms.put(number, from(partition)));
      if (!spec.from().offsets().isEmpty()) {
        froms.clear();
        froms.putAll(given("from", spec.from().offsets()));
      }
      var tos = spec.to() == null ? Map.<Integer, Long>of() : given("to", spec.to().offsets());
      tos.forEach((number, to) -> checkOrder(number, froms.get(number), to));
      var unknown =
          froms.keySet().stream().filter(number -> partition(number).stored() == null).toList();
      if (problems.isEmpty() && !unknown.isEmpty()) {
        return new TooEarly(unknown);
      }
      var replayed = new ArrayList<ReplayedPartition>();
      froms.forEach(
          (number, from) -> {
            var stored = partition(number).stored();
            if (stored != null) {
              var to = Math.min(stored, end(partition(number), tos.get(number)));
              if (!spec.from().offsets().isEmpty() && from > stored) {
                problems.add(
                    "partition %d has been read up to offset %d, and a replay only goes back: begin before that"
                        .formatted(number, stored));
              } else if (from < to) {
                replayed.add(new ReplayedPartition(number, from, to));
              }
            }
          });
      return problems.isEmpty() ? new Offsets(replayed) : new OutsideLog(problems);
    }

    private long from(LogFacts.Partition partition) {
      return spec.from().time() == null
          ? partition.beginning()
          : Objects.requireNonNull(partition.atFrom());
    }

    private long end(LogFacts.Partition partition, @Nullable Long given) {
      if (given != null) {
        return given;
      }
      return spec.to() == null || spec.to().time() == null
          ? partition.end()
          : Objects.requireNonNull(partition.atTo());
    }

    /** Those of the offsets that the log has. */
    private Map<Integer, Long> given(String path, List<PartitionOffset> offsets) {
      for (var one : offsets) {
        var partition = log.partitions().get(one.partition());
        if (partition == null) {
          problems.add(
              "spec.%s.offsets: there is no partition %d, the topic has %d"
                  .formatted(path, one.partition(), log.partitions().size()));
        } else if (one.offset() < partition.beginning() || one.offset() > partition.end()) {
          problems.add(
              "spec.%s.offsets: offset %d lies outside the log of partition %d, which holds %d to %d"
                  .formatted(
                      path, one.offset(), one.partition(), partition.beginning(), partition.end()));
        }
      }
      return offsets.stream()
          .filter(one -> log.partitions().containsKey(one.partition()))
          .collect(Collectors.toMap(PartitionOffset::partition, PartitionOffset::offset));
    }

    private void checkOrder(int number, @Nullable Long from, long to) {
      if (from == null) {
        problems.add(
            "spec.to.offsets: partition %d is not among spec.from.offsets: add it there or remove it here"
                .formatted(number));
      } else if (!spec.from().offsets().isEmpty() && to <= from) {
        problems.add(
            "spec.to.offsets: partition %d ends at offset %d, which is not after its beginning at %d"
                .formatted(number, to, from));
      }
    }

    private LogFacts.Partition partition(int number) {
      return Objects.requireNonNull(log.partitions().get(number));
    }
  }
}
