package dev.acequia.api;

import dev.acequia.api.access.Access;
import dev.acequia.contract.ApiShutdown;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.source.PushSources;
import dev.acequia.telemetry.ManagementServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What an API process is started with.
 *
 * @param environment of the process: {@link RuntimeVariable}
 * @param port of the API, 0 for any free one
 * @param managementPort 0 for any free one
 * @param farewell how long it goes on answering once it was told to stop, so that whoever routes
 *     requests to it has noticed
 */
record ApiSettings(
    PipelineDefinition definition,
    Map<String, String> environment,
    int port,
    int managementPort,
    Duration farewell) {
  private static final int PORT = 8080;

  ApiSettings {
    environment = Map.copyOf(environment);
    Access.check(environment);
    RuntimeVariable.ACEQUIA_SOURCES.in(environment).ifPresent(PushSources::fromJson);
  }

  static ApiSettings fromEnvironment(Map<String, String> environment) {
    var definition = Path.of(RuntimeVariable.ACEQUIA_DEFINITION.requiredIn(environment));
    return new ApiSettings(
        PipelineDefinition.read(definition),
        environment,
        PORT,
        ManagementServer.PORT,
        ApiShutdown.FAREWELL);
  }

  /** The Pod's name, by which Kafka and the store know this process. */
  String clientId() {
    return RuntimeVariable.POD_NAME.in(environment).orElse(definition.name() + "-api");
  }
}
