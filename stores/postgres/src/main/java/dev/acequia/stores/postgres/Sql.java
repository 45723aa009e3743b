package dev.acequia.stores.postgres;

import dev.acequia.stores.query.Literal;
import java.util.ArrayList;
import java.util.List;

/** A statement as it grows: its text, and the values that are bound to it. */
final class Sql {
  private final StringBuilder text = new StringBuilder(256);
  private final List<Literal> values = new ArrayList<>();

  Sql add(String part) {
    text.append(part);
    return this;
  }

  Sql add(Sql other) {
    text.append(other.text);
    values.addAll(other.values);
    return this;
  }

  Sql add(long number) {
    text.append(number);
    return this;
  }

  Sql bind(Literal value) {
    text.append('?');
    values.add(value);
    return this;
  }

  /** A value whose place in the text is there already. */
  Sql value(Literal value) {
    values.add(value);
    return this;
  }

  String text() {
    return text.toString();
  }

  List<Literal> values() {
    return values;
  }

  /** A name as PostgreSQL takes it whatever it holds. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
