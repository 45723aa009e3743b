package dev.acequia.stores.dynamodb;

import dev.acequia.contract.StoreDefinition;

/** The two tables of a pipeline. */
record TableNames(String data) {
  private static final String SECOND = "_acequia";

  static TableNames of(StoreDefinition.DynamoDb store) {
    return new TableNames(store.table());
  }

  /** What is kept beside the records: positions, ledger, marks. */
  String second() {
    return data + SECOND;
  }
}
