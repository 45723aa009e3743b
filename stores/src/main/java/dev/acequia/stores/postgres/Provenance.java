package dev.acequia.stores.postgres;

import java.util.List;
import java.util.stream.Collectors;

/** The columns that say which record a row came from. */
final class Provenance {
  static final String TOPIC_ID = "_topic_id";
  static final String PARTITION = "_partition";
  static final String OFFSET = "_offset";
  static final List<String> COLUMNS = List.of(TOPIC_ID, PARTITION, OFFSET);

  /** The columns, quoted, as a key. */
  static final String KEY = COLUMNS.stream().map(Sql::quoted).collect(Collectors.joining(", "));

  private Provenance() {}
}
