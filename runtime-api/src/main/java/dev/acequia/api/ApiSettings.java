package dev.acequia.api;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.telemetry.ManagementServer;
import java.nio.file.Path;
import java.util.Map;

/**
 * What an API process is started with.
 *
 * @param environment of the process: {@link RuntimeVariable}
 * @param port of the API, 0 for any free one
 * @param managementPort 0 for any free one
 */
record ApiSettings(
    PipelineDefinition definition, Map<String, String> environment, int port, int managementPort) {
  private static final int PORT = 8080;

  ApiSettings {
    environment = Map.copyOf(environment);
  }

  static ApiSettings fromEnvironment(Map<String, String> environment) {
    var definition = Path.of(RuntimeVariable.ACEQUIA_DEFINITION.requiredIn(environment));
    return new ApiSettings(
        PipelineDefinition.read(definition), environment, PORT, ManagementServer.PORT);
  }

  /** The Pod's name, by which Kafka and the store know this process. */
  String clientId() {
    return RuntimeVariable.POD_NAME.in(environment).orElse(definition.name() + "-api");
  }
}
