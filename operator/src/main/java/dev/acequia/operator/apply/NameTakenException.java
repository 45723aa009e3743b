package dev.acequia.operator.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** An object that the plan names is there already, and it is not Acequia's. */
public final class NameTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NameTakenException(HasMetadata object) {
    super(
        "%s '%s' in namespace %s exists and was not made by Acequia: rename or remove it"
            .formatted(
                object.getKind(),
                object.getMetadata().getName(),
                object.getMetadata().getNamespace()));
  }
}
