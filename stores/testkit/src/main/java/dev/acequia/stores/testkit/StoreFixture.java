package dev.acequia.stores.testkit;

import dev.acequia.contract.Field;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReader;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A store of one test's own, empty at first, and what happens to it that no door is for: time
 * passes, a person removes rows, connections break.
 */
public interface StoreFixture extends AutoCloseable {
  /** Where a pipeline's records go. */
  StoreDefinition definition(String table);

  /** For {@link dev.acequia.stores.StoreMigration#open}. */
  Map<String, String> migrationEnvironment();

  /** For {@link dev.acequia.stores.StoreWriter#open}. */
  Map<String, String> writerEnvironment(String pod);

  /** For {@link dev.acequia.stores.StoreReader#open}. */
  Map<String, String> readerEnvironment();

  /** What answers questions about the pipeline's table. */
  default StoreReader reader(PipelineDefinition definition) {
    return StoreReader.open(definition, readerEnvironment());
  }

  /**
   * Reads all of the table in any order, for tests that look at what was stored; by other means
   * where the store's own reader does not do that.
   */
  default StoreReader whole(PipelineDefinition definition) {
    return reader(definition);
  }

  /** Whether a field of a table that has rows may change its type or its digits so. */
  default boolean widens(Field from, Field to) {
    return true;
  }

  /**
   * Whether a record replaces one of its key that came by another partition, whatever their
   * offsets. A store may order all changes of a key by their offsets instead.
   */
  default boolean lastWriteWinsAcrossPartitions() {
    return true;
  }

  /** A decimal as the store gives it back; empty when it rejects the record. */
  default Optional<BigDecimal> stored(BigDecimal decimal) {
    return Optional.of(decimal);
  }

  /** How many reads by key come at a time; fewer where a stand-in answers call after call. */
  default int readsAtATime() {
    return 2_000;
  }

  /** Makes all that the store remembers of marks and deletions older. */
  void age(PipelineDefinition definition, Duration by);

  /** Removes the rows of an offset and all further ones, and nothing beside them. */
  void loseRows(PipelineDefinition definition, long fromOffset);

  /** Removes the table, and nothing beside it. */
  void dropTable(PipelineDefinition definition);

  /** Does what the store tells a person to do to have the table filled again from the topic. */
  void refill(PipelineDefinition definition);

  /**
   * Makes the table refuse a text in a field, by itself and for no other reason.
   *
   * @return the text; empty when this store cannot refuse a row that the decoder accepts
   */
  Optional<String> refuse(PipelineDefinition definition, String field);

  /**
   * Breaks all connections of writers.
   *
   * @return false when the store has none
   */
  boolean cutConnections();

  @Override
  void close();
}
