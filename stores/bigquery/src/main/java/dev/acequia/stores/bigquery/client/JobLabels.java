package dev.acequia.stores.bigquery.client;

import dev.acequia.contract.PipelineDefinition;
import java.util.Locale;
import java.util.Map;

/**
 * Labels of a pipeline's statements. A bill can be grouped by them.
 *
 * <p>https://cloud.google.com/bigquery/docs/labels-intro#requirements
 */
public final class JobLabels {
  private static final int MOST_CHARACTERS = 63;

  private JobLabels() {}

  public static Map<String, String> of(PipelineDefinition definition) {
    return Map.of(
        "acequia_namespace", value(definition.namespace()),
        "acequia_pipeline", value(definition.name()));
  }

  /** A name of Kubernetes, whose dots no label takes. */
  private static String value(String name) {
    var value = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
    return value.substring(0, Math.min(value.length(), MOST_CHARACTERS));
  }
}
