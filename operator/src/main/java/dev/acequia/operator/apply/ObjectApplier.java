package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.ForeignObject;
import dev.acequia.operator.observe.ForeignReads;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.SSABasedGenericKubernetesResourceMatcher;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.HttpURLConnection;

/**
 * Applies one object when it differs from what the informer holds, and remembers the answer so that
 * the next reconcile does not see an older one.
 */
final class ObjectApplier {
  /**
   * A version that no object has: the write is refused when the object exists after all, so that
   * nothing of someone else's is overwritten.
   */
  private static final String ONLY_IF_ABSENT = "1";

  private final KubernetesClient client;
  private final Children children;

  ObjectApplier(KubernetesClient client, Children children) {
    this.client = client;
    this.children = children;
  }

  /**
   * Applies the object, without a write when it matches. An object with a uid and a version
   * replaces exactly the object that was read. After a change or deletion by somebody else nothing
   * is written, and that event triggers the next reconcile.
   *
   * @return whether it was created
   */
  @SuppressWarnings("unchecked")
  <R extends HasMetadata> boolean apply(R desired) {
    var source = (InformerEventSource<R, DataPipeline>) children.source(desired.getClass());
    var actual = source.get(ResourceID.fromResource(desired));
    var read = desired.getMetadata().getUid();
    if (read != null) {
      actual.ifPresent(live -> replace(source, live, desired));
      return false;
    }
    if (actual.isEmpty()) {
      create(source, desired);
      return true;
    }
    if (!SSABasedGenericKubernetesResourceMatcher.<R>getInstance()
        .matches(actual.get(), desired, children.context())) {
      remember(source, write(desired), actual.get());
    }
    return false;
  }

  private <R extends HasMetadata> void replace(
      InformerEventSource<R, DataPipeline> source, R live, R desired) {
    var wanted = desired.getMetadata();
    var uid = wanted.getUid();
    var version = wanted.getResourceVersion();
    try {
      wanted.setUid(null); // the matcher would see a difference in both
      wanted.setResourceVersion(null);
      var isSo =
          SSABasedGenericKubernetesResourceMatcher.<R>getInstance()
              .matches(live, desired, children.context());
      wanted.setUid(uid);
      wanted.setResourceVersion(version);
      if (!isSo) {
        remember(source, write(desired), live);
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  /** Changes what differs in an object that is there, and takes over nothing else of it. */
  @SuppressWarnings("unchecked")
  <R extends HasMetadata> void change(R live, R wanted) {
    if (!live.equals(wanted)) {
      var source = (InformerEventSource<R, DataPipeline>) children.source(live.getClass());
      remember(source, client.resource(live).edit(_ -> wanted), live);
    }
  }

  /** Of a write that changed nothing no event comes that would take the answer out of memory. */
  private <R extends HasMetadata> void remember(
      InformerEventSource<R, DataPipeline> source, R written, R before) {
    if (!written
        .getMetadata()
        .getResourceVersion()
        .equals(before.getMetadata().getResourceVersion())) {
      source.handleRecentResourceUpdate(ResourceID.fromResource(written), kept(written), before);
    }
  }

  private <R extends HasMetadata> R kept(R written) {
    return EventSources.kept(written, client.getKubernetesSerialization());
  }

  /** Whether there is no object of this type and name. */
  boolean isGone(HasMetadata desired) {
    return children.source(desired.getClass()).get(ResourceID.fromResource(desired)).isEmpty();
  }

  /**
   * Creates the object unless it is there. One of its name that is not of this pipeline, such as a
   * former pipeline's Job, says nothing about this one: it is removed, and its end brings the
   * reconcile that creates the object.
   */
  @SuppressWarnings("unchecked")
  <R extends HasMetadata> void applyOnce(R desired) {
    var source = (InformerEventSource<R, DataPipeline>) children.source(desired.getClass());
    var actual = source.get(ResourceID.fromResource(desired));
    if (actual.isEmpty()) {
      create(source, desired);
    } else if (!children.owns(actual.get())
        && !actual.get().isMarkedForDeletion()
        && isNotOwn(desired)) {
      // In the foreground, so that no Pod of it is left when the new one begins.
      client.resource(actual.get()).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
    }
  }

  /** The informer keeps no owner of an object that is too large, or in a full namespace. */
  private boolean isNotOwn(HasMetadata desired) {
    return ForeignReads.judge(
        desired.getMetadata().getNamespace(),
        ForeignObject.inPlaceOf(client, desired),
        live -> live.isPresent() && !children.owns(live.get()));
  }

  private <R extends HasMetadata> void create(
      InformerEventSource<R, DataPipeline> source, R desired) {
    desired.getMetadata().setResourceVersion(ONLY_IF_ABSENT);
    try {
      source.handleRecentResourceCreate(ResourceID.fromResource(desired), kept(write(desired)));
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT && isForeign(desired)) {
        throw new NameTakenException(desired);
      }
      throw e; // ours, and the informer will show it in a moment
    } finally {
      desired.getMetadata().setResourceVersion(null);
    }
  }

  private <R extends HasMetadata> R write(R desired) {
    return client
        .resource(desired)
        .fieldManager(PipelineNames.MANAGER)
        .forceConflicts()
        .serverSideApply();
  }

  private boolean isForeign(HasMetadata desired) {
    return ForeignReads.judge(
        desired.getMetadata().getNamespace(),
        ForeignObject.inPlaceOf(client, desired),
        existing ->
            existing
                .map(object -> object.getMetadata().getLabels())
                .filter(
                    labels ->
                        !PipelineNames.MANAGER.equals(labels.get(PipelineNames.MANAGED_BY_LABEL)))
                .isPresent());
  }
}
