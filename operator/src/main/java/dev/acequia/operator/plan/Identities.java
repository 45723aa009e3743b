package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.ServiceAccountsSpec;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the ServiceAccounts of a pipeline carry: a cloud knows by it which rights a process has.
 * Each component has an account of its own, so that what answers queries cannot write.
 *
 * @param names of the pipeline, for the platform's placeholders
 * @param platform for all pipelines; {@code {namespace}} and {@code {pipeline}} stand for theirs
 * @param own the pipeline's, which count before the platform's
 */
record Identities(
    PipelineNames names,
    @Nullable ServiceAccountsSpec platform,
    @Nullable ServiceAccountsSpec own) {
  static Identities of(DataPipeline pipeline, PlatformConfig platform) {
    return new Identities(
        PipelineNames.of(pipeline),
        platform.serviceAccounts(),
        pipeline.getSpec().serviceAccounts());
  }

  /** The annotations of a component's account. */
  Map<String, String> annotations(Component component) {
    var annotations = new TreeMap<String, String>();
    annotations(platform, component)
        .forEach(
            (key, value) ->
                annotations.put(
                    key,
                    value
                        .replace("{namespace}", names.namespace())
                        .replace("{pipeline}", names.pipeline())));
    annotations.putAll(annotations(own, component));
    return annotations;
  }

  /**
   * What tells a component's identity from another: a Pod gets it when it is made, so it is made
   * again when this changes. Empty without annotations.
   */
  String fingerprint(Component component) {
    var parts =
        annotations(component).entrySet().stream()
            .flatMap(annotation -> Stream.of(annotation.getKey(), annotation.getValue()))
            .toArray(String[]::new);
    return parts.length == 0 ? "" : Fingerprint.of(parts);
  }

  private static Map<String, String> annotations(
      @Nullable ServiceAccountsSpec accounts, Component component) {
    if (accounts == null) {
      return Map.of();
    }
    var account =
        switch (component) {
          case API -> accounts.api();
          case CONSUMER -> accounts.consumer();
          case MIGRATION -> accounts.migration();
        };
    return account == null ? Map.of() : account.annotations();
  }
}
