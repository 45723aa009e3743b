package dev.acequia.operator.plan;

import java.util.Locale;

/** The processes of a pipeline. */
public enum Component {
  API,
  CONSUMER,
  MIGRATION;

  /** The value of the component's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
