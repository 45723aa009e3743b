package dev.acequia.local.balancer;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Follows Services and Pods, and keeps a {@link NodePort} open for each node port. */
public final class ServiceBalancer implements AutoCloseable {
  /** A node port that was taken is tried again when its Service is looked at the next time. */
  private static final long RESYNC_MILLIS = 15_000;

  private final Consumer<String> warnings;
  private final ReadyPods pods = new ReadyPods();
  private final Map<Integer, NodePort> ports = new HashMap<>();
  private final Set<Integer> warned = new HashSet<>();
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();

  private ServiceBalancer(Consumer<String> warnings) {
    this.warnings = warnings;
  }

  /**
   * Starts following.
   *
   * @param warnings is told of ports that are taken, a line each
   */
  public static ServiceBalancer start(KubernetesClient client, Consumer<String> warnings) {
    var balancer = new ServiceBalancer(warnings);
    balancer.informers.add(
        client.pods().inAnyNamespace().inform(handler(balancer.pods::put, balancer.pods::remove)));
    balancer.informers.add(
        client
            .services()
            .inAnyNamespace()
            .inform(handler(balancer::serve, balancer::forget), RESYNC_MILLIS));
    return balancer;
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::stop);
    synchronized (ports) {
      ports.values().forEach(NodePort::close);
      ports.clear();
    }
  }

  private void serve(Service service) {
    var routes = Route.of(service);
    synchronized (ports) {
      var wanted = routes.stream().map(Route::nodePort).toList();
      ports
          .values()
          .removeIf(
              port -> {
                var dropped = isOf(port, service) && !wanted.contains(port.route().nodePort());
                if (dropped) {
                  port.closeListener();
                }
                return dropped;
              });
      for (var route : routes) {
        var open = ports.get(route.nodePort());
        if (open != null) {
          open.redirect(route);
        } else {
          open(route);
        }
      }
    }
  }

  private void open(Route route) {
    try {
      ports.put(route.nodePort(), NodePort.open(route, pods));
      warned.remove(route.nodePort());
    } catch (IOException taken) {
      if (!warned.add(route.nodePort())) {
        return;
      }
      warnings.accept(
          "port %d, the node port of the Service %s in %s, is in use by another program (%s)"
              .formatted(route.nodePort(), route.service(), route.namespace(), taken.getMessage()));
    }
  }

  private void forget(Service service) {
    synchronized (ports) {
      ports
          .values()
          .removeIf(
              port -> {
                if (isOf(port, service)) {
                  port.closeListener();
                  return true;
                }
                return false;
              });
    }
  }

  private static boolean isOf(NodePort port, Service service) {
    return port.route().namespace().equals(service.getMetadata().getNamespace())
        && port.route().service().equals(service.getMetadata().getName());
  }

  private static <T> ResourceEventHandler<T> handler(Consumer<T> put, Consumer<T> remove) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T added) {
        put.accept(added);
      }

      @Override
      public void onUpdate(T before, T after) {
        put.accept(after);
      }

      @Override
      public void onDelete(T deleted, boolean finalStateUnknown) {
        remove.accept(deleted);
      }
    };
  }
}
