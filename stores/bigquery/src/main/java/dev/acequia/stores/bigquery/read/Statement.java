package dev.acequia.stores.bigquery.read;

import java.util.List;

/** A statement in GoogleSQL and the values of its parameters. */
record Statement(String text, List<Parameters.Parameter> parameters) {
  Statement {
    parameters = List.copyOf(parameters);
  }
}
