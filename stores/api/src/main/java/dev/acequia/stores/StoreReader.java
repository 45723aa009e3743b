package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** A store's answering side. Safe for use by any number of threads. */
public interface StoreReader extends AutoCloseable {
  /**
   * The reader of the definition's store.
   *
   * @param environment has the store's address and the reader's credentials
   */
  static StoreReader open(PipelineDefinition definition, Map<String, String> environment) {
    return StoreProvider.of(definition).reader(definition, environment);
  }

  /**
   * Reads a result into the sink, in order and without holding it whole. Where rows turn out to be
   * far larger than those before them, the sink is asked to begin again.
   *
   * @throws StoreReadException when the store cannot answer, or not in time; the sink may have
   *     taken rows
   * @throws IOException what the sink threw
   */
  void read(Query query, RowSink sink) throws StoreReadException, IOException;

  /**
   * Reads the record of a key, of all the schema's fields in its order. Only where a key belongs to
   * one record at most: {@link dev.acequia.stores.query.RecordColumns#keyIsUnique}.
   *
   * @param key the values of the schema's key, in its order
   * @return whether there is one
   */
  boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException;

  /** How many rows the query has on all its pages, its cursor, offset and limit aside. */
  long count(Query query) throws StoreReadException;

  /**
   * About how many rows the query has on all its pages, its cursor, offset and limit aside; told
   * without reading them.
   */
  long estimate(Query query) throws StoreReadException;

  /**
   * Asks whether the table can be read, with all of its fields.
   *
   * @throws StoreReadException when it cannot; the message names no host, database or role, the
   *     cause may
   */
  void probe() throws StoreReadException;

  /**
   * The last known number of files of the table, by content. Empty for stores whose queries do not
   * depend on it.
   */
  default Map<String, LongSupplier> files() {
    return Map.of();
  }

  @Override
  void close();
}
