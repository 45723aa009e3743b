package dev.acequia.benchmarks.faults;

import dev.acequia.contract.RuntimeVariable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A cloud's service, whose double takes HTTP or gRPC calls through a proxy of each process. */
interface ServiceStore extends HistoryStore {
  /** Ends the server in order, and starts it with what it held. */
  void restart();

  @Override
  default Set<Fault> faults() {
    return ServiceFaults.with(Fault.OF_ANY_STORE);
  }

  @Override
  default Optional<FaultFamily> family(Fault.Family family, Scene scene) {
    return family == Fault.Family.SERVICE
        ? Optional.of(new ServiceFaults(scene, this::restart))
        : Optional.empty();
  }

  /** The migration makes the tables. */
  @Override
  default void prepare(String pipeline) {}

  @Override
  default Map<RuntimeVariable, String> migrationEnvironment(String pipeline, StorePorts ports) {
    return consumerEnvironment(pipeline, ports);
  }
}
