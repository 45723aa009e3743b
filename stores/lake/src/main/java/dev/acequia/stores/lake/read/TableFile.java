package dev.acequia.stores.lake.read;

/** A file of a table, which never changes. */
interface TableFile {
  /** A file's heap beside its texts: objects, their headers, and places in lists. */
  long HEAP_BYTES = 160;

  String location();

  long bytes();
}
