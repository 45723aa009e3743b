package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.stores.query.Literal;
import java.time.Instant;
import java.time.ZoneOffset;

/** Values of one type each: how they are written in a query, and what a store is asked. */
final class FuzzValue {
  private FuzzValue() {}

  static String text(Object value) {
    return value.toString();
  }

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  static Literal literal(Field field, Object value) {
    return new Literal(
        field.type(), value instanceof Instant time ? time.atOffset(ZoneOffset.UTC) : value);
  }
}
