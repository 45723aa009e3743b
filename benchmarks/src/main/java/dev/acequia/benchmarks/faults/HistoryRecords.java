package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.FormerTopics.Former;
import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.util.List;
import java.util.function.Consumer;

/** What a table is compared with: the records that its topic has, and those that it had. */
interface HistoryRecords {
  int partitions();

  /** Hears the records of one partition, in their order. */
  void forEach(int partition, Consumer<Read> hears);

  /** How many topics of the name there were before. */
  int topic();

  /** What was in them. */
  List<Former> former();

  /** What Kafka has acknowledged and lost since. */
  LostRecords lost();

  /** Which fields rows have that migrations added. */
  AddedFields added();

  /** Those of a pipeline as they are now. */
  static HistoryRecords of(HistoryPipeline pipeline) {
    return new HistoryRecords() {
      @Override
      public int partitions() {
        return pipeline.topic().partitions();
      }

      @Override
      public void forEach(int partition, Consumer<Read> hears) {
        new TopicReader(pipeline).read(partition, -1, hears);
      }

      @Override
      public int topic() {
        return pipeline.former().count();
      }

      @Override
      public List<Former> former() {
        return pipeline.former().records();
      }

      @Override
      public LostRecords lost() {
        return pipeline.lost();
      }

      @Override
      public AddedFields added() {
        return pipeline.added();
      }
    };
  }
}
