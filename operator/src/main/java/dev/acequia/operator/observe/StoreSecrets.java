package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.DropPlan;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.store.StorePlan;
import dev.acequia.operator.store.StorePlan.Purpose;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The Secret that a pipeline's store is administered with. */
public final class StoreSecrets {
  private StoreSecrets() {}

  /** The roles made for a pipeline, by their Secrets, or by name once those are gone. */
  public static DropPlan.Roles roles(
      Children children, DataPipeline pipeline, String storeUri, @Nullable String installation) {
    var names = PipelineNames.of(pipeline);
    var store = StorePlan.of(pipeline);
    return new DropPlan.Roles(
        username(children, names.writerSecret())
            .orElseGet(() -> store.login(Purpose.WRITER, storeUri, installation)),
        username(children, names.readerSecret())
            .orElseGet(() -> store.login(Purpose.READER, storeUri, installation)));
  }

  private static Optional<String> username(Children children, String secret) {
    return children.secret(secret).flatMap(found -> SecretValues.value(found, "username"));
  }

  /** Empty when the Secret is absent or incomplete. */
  public static Optional<Facts.StoreSecret> store(KubernetesClient client, DataPipeline pipeline) {
    var plan = StorePlan.of(pipeline);
    var namespace = pipeline.getMetadata().getNamespace();
    var name = plan.secret();
    return name == null
        ? Optional.of(SecretValues.NONE.store())
        : ForeignReads.judge(
            namespace,
            ForeignObject.of(client, Secret.class, namespace, name),
            secret ->
                secret
                    .flatMap(found -> SecretValues.of(found, plan.secretKeys()))
                    .map(SecretValues::store));
  }
}
