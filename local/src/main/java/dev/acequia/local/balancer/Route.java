package dev.acequia.local.balancer;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the connections to one node port go.
 *
 * @param service the Service's name
 * @param selector labels of the Pods
 * @param target a container port's number or name
 * @param http whether the port speaks HTTP, so that a refusal can be said in words
 */
record Route(
    int nodePort,
    String namespace,
    String service,
    Map<String, String> selector,
    IntOrString target,
    boolean http) {
  Route {
    selector = Map.copyOf(selector);
  }

  /** One route for each TCP node port of a Service; none when it selects no Pods. */
  static List<Route> of(Service service) {
    var spec = service.getSpec();
    var routes = new ArrayList<Route>();
    if (spec == null || spec.getSelector() == null || spec.getSelector().isEmpty()) {
      return routes;
    }
    for (var port : spec.getPorts()) {
      if (port.getNodePort() != null
          && Optional.ofNullable(port.getProtocol()).orElse("TCP").equals("TCP")) {
        routes.add(
            new Route(
                port.getNodePort(),
                service.getMetadata().getNamespace(),
                service.getMetadata().getName(),
                spec.getSelector(),
                Optional.ofNullable(port.getTargetPort())
                    .orElseGet(() -> new IntOrString(port.getPort())),
                speaksHttp(port)));
      }
    }
    return routes;
  }

  private static boolean speaksHttp(ServicePort port) {
    return Optional.ofNullable(port.getAppProtocol())
        .or(() -> Optional.ofNullable(port.getName()))
        .filter(protocol -> protocol.equals("http") || protocol.startsWith("http-"))
        .isPresent();
  }
}
