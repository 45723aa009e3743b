package dev.acequia.stores.lake.read;

import org.apache.iceberg.StructLike;

/** A partition by one of the table's specs. Files of one partition share the object. */
final class Part {
  private final int spec;
  private final StructLike values;

  Part(int spec, StructLike values) {
    this.spec = spec;
    this.values = values;
  }

  int spec() {
    return spec;
  }

  StructLike values() {
    return values;
  }
}
