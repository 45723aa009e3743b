package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.AccessSecrets;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.turns.Turns;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the nodes bring changed keys and certificates into running API Pods at once. A kubelet
 * refreshes a mounted Secret about once a minute, and whenever the Pod itself changes: so the
 * Secrets' version is written to each Pod as an annotation. Nothing restarts.
 */
public final class AccessNudge {
  private static final Logger LOG = LoggerFactory.getLogger(AccessNudge.class);

  /** A Secret that many pipelines name changes for all of them at once. */
  private static final int AT_A_TIME = 4;

  private final KubernetesClient client;
  private final Set<PipelineNames> pending = ConcurrentHashMap.newKeySet();
  private final Turns turns = new Turns(AT_A_TIME);
  private volatile Function<DataPipeline, ? extends Collection<Pod>> informer = _ -> List.of();

  public AccessNudge(KubernetesClient client) {
    this.client = client;
  }

  /** Has it take a pipeline's Pods from here. */
  public void takePodsFrom(Function<DataPipeline, ? extends Collection<Pod>> pods) {
    informer = pods;
  }

  /**
   * Writes to the pipeline's Pods soon, beside the reconcile, which may stand in line. What goes
   * wrong here the reconcile makes good. While one has yet to begin, another is not needed: it will
   * read the newest Secrets.
   */
  public void tellAtOnce(DataPipeline pipeline) {
    var names = PipelineNames.of(pipeline);
    if (!pending.add(names)) {
      return;
    }
    var _ =
        Thread.ofVirtual()
            .name("access-" + names.pipeline())
            .start(() -> turns.run(names.namespace(), () -> tell(pipeline, names)));
  }

  private void tell(DataPipeline pipeline, PipelineNames names) {
    pending.remove(names);
    try {
      tell(AccessSecrets.read(client, pipeline), apiPods(pipeline, names));
    } catch (KubernetesClientException e) {
      LOG.warn(
          "Pods of {}/{} hear of changed Secrets with the next reconcile only: {}",
          names.namespace(),
          names.pipeline(),
          e.getMessage());
    }
  }

  private List<Pod> apiPods(DataPipeline pipeline, PipelineNames names) {
    return informer.apply(pipeline).stream()
        .filter(pod -> isMadeFor(pod, names.apiDeployment()))
        .toList();
  }

  /** Other Pods may bear the labels, too. */
  private static boolean isMadeFor(Pod pod, String deployment) {
    return pod.getMetadata().getOwnerReferences().stream()
        .anyMatch(
            owner ->
                Boolean.TRUE.equals(owner.getController())
                    && owner.getKind().equals("ReplicaSet")
                    && owner.getName().startsWith(deployment + "-"));
  }

  /** Writes to those Pods that have not been told of this version. */
  public void tell(AccessSecrets secrets, Collection<Pod> pods) {
    if (secrets.version().isEmpty()) {
      return;
    }
    pods.stream()
        .filter(AccessNudge::servesApi)
        .filter(pod -> !pod.isMarkedForDeletion())
        .filter(pod -> !secrets.version().equals(toldVersion(pod)))
        .forEach(pod -> annotate(pod, secrets.version()));
  }

  private static @Nullable String toldVersion(Pod pod) {
    var annotations = pod.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(PipelineNames.ACCESS_ANNOTATION);
  }

  private static boolean servesApi(Pod pod) {
    return Component.API
        .label()
        .equals(pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL));
  }

  /** The version has no sign that JSON would have escaped. */
  private void annotate(Pod pod, String version) {
    try {
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}"
                  .formatted(PipelineNames.ACCESS_ANNOTATION, version));
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) { // it has gone meanwhile
        throw e;
      }
    }
  }
}
