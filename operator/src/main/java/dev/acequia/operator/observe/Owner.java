package dev.acequia.operator.observe;

import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.Set;

/** To whom an object belongs, by uid: names and labels are free to all, a uid is of one object. */
final class Owner {
  private static final Set<String> MAKERS = Set.of("ReplicaSet", "Job");

  private Owner() {}

  /** The uid of the owner that made the object and keeps it. */
  static Optional<String> of(HasMetadata object) {
    return object.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  /** The uid of the ReplicaSet or Job that made this Pod. */
  static Optional<String> maker(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .filter(owner -> MAKERS.contains(owner.getKind()))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  /** Whether the object belongs to the pipeline of this uid. */
  static boolean isOf(HasMetadata object, String uid) {
    var metadata = object.getMetadata();
    return metadata.getOwnerReferences().isEmpty()
        ? metadata.getAnnotations() != null
            && uid.equals(metadata.getAnnotations().get(PipelineNames.UID_ANNOTATION))
        : of(object).filter(uid::equals).isPresent();
  }
}
