package dev.acequia.stores.reference;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreKind;

/** The kind in a definition's JSON. */
public final class ReferenceKind implements StoreKind {
  @Override
  public String kind() {
    return ReferenceDefinition.KIND;
  }

  @Override
  public Class<? extends StoreDefinition> definition() {
    return ReferenceDefinition.class;
  }
}
