package dev.acequia.stores.postgres;

import java.util.List;
import java.util.stream.Collectors;

/** The columns that say which record a row came from. */
final class Provenance {
  static final String GENERATION = "_generation";
  static final String PARTITION = "_partition";
  static final String OFFSET = "_offset";
  static final List<String> COLUMNS = List.of(GENERATION, PARTITION, OFFSET);

  /** The columns, quoted, as a key. */
  static final String KEY = COLUMNS.stream().map(Sql::quoted).collect(Collectors.joining(", "));

  /** What former versions had instead of the generation; their tables still have it, empty. */
  static final String TOPIC_ID = "_topic_id";

  static final List<String> FORMER_COLUMNS = List.of(TOPIC_ID, PARTITION, OFFSET);

  private Provenance() {}
}
