package dev.acequia.api.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.SelectItem;
import java.util.List;

/** A column of an answer. */
record ResultColumn(String name, FieldType type) {
  static List<ResultColumn> of(List<SelectItem> items) {
    return items.stream()
        .map(item -> new ResultColumn(item.name(), item.expression().type()))
        .toList();
  }
}
