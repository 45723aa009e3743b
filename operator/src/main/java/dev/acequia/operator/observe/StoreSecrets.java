package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.Facts;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;

/** The Secret that a pipeline's store is administered with. */
public final class StoreSecrets {
  private StoreSecrets() {}

  /** Empty when the Secret is absent or incomplete. */
  public static Optional<Facts.StoreSecret> store(KubernetesClient client, DataPipeline pipeline) {
    var postgres = pipeline.getSpec().store().postgres();
    return postgres == null
        ? Optional.empty()
        : Optional.ofNullable(
                client
                    .secrets()
                    .inNamespace(pipeline.getMetadata().getNamespace())
                    .withName(postgres.secretName())
                    .get())
            .flatMap(SecretValues::of)
            .map(SecretValues::store);
  }
}
