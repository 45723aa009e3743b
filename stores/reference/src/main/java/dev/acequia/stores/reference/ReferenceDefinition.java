package dev.acequia.stores.reference;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.acequia.contract.StoreDefinition;

/** A table of a {@link ReferenceStore}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReferenceDefinition(String table) implements StoreDefinition {
  static final String KIND = "reference";

  @Override
  public String kind() {
    return KIND;
  }
}
