package dev.acequia.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;

/** A resource that the operator reconciles. */
record Reconciled(String kind, ResourceID id) {
  static Reconciled of(HasMetadata resource) {
    return new Reconciled(resource.getKind(), ResourceID.fromResource(resource));
  }

  String namespace() {
    return id.getNamespace().orElseThrow();
  }

  /** As logs name it, such as {@code DataPipeline orders/flights}. */
  @Override
  public String toString() {
    return "%s %s/%s".formatted(kind, namespace(), id.getName());
  }
}
