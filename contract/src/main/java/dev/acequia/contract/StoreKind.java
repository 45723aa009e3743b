package dev.acequia.contract;

import java.util.List;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;

/**
 * A kind of store that is not one of {@link StoreDefinition}'s own, as {@link ServiceLoader} finds
 * it: that of a test, or of a module that the product does not ship.
 */
public interface StoreKind {
  /** As {@link StoreDefinition#kind} has it. */
  String kind();

  /** What Jackson reads and writes for it. */
  Class<? extends StoreDefinition> definition();

  /** Those on the class path. */
  static List<StoreKind> all() {
    return ServiceLoader.load(StoreKind.class, StoreKind.class.getClassLoader()).stream()
        .map(Provider::get)
        .toList();
  }
}
