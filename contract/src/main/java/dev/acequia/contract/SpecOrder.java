package dev.acequia.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

/**
 * The versions that a table was migrated to: the newest of each resource, in the order of the
 * resources' first migrations. A migration of an older spec must not undo one of a newer spec. The
 * order depends on no clock.
 */
public record SpecOrder(List<SpecVersion> versions) {
  public SpecOrder {
    versions = List.copyOf(versions);
  }

  /** Whether a newer version has registered: of the same resource, or of a later one. */
  public boolean supersedes(SpecVersion own) {
    return versions.stream()
        .filter(version -> version.resource().equals(own.resource()))
        .anyMatch(
            version -> !version.equals(versions.getLast()) || version.number() > own.number());
  }

  /**
   * Returns the order with this version. Never lowers a version: a newer migration may have
   * registered since the check, and runs later.
   */
  public SpecOrder with(SpecVersion own) {
    var newest = new LinkedHashMap<String, SpecVersion>();
    Stream.concat(versions.stream(), Stream.of(own))
        .forEach(
            version ->
                newest.merge(
                    version.resource(),
                    version,
                    (one, other) -> one.number() > other.number() ? one : other));
    return new SpecOrder(List.copyOf(newest.values()));
  }

  /**
   * Why a superseded migration changes nothing, and what to do.
   *
   * @param forget the statement by which the table forgets all versions
   */
  public String refusal(SpecVersion own, String table, String forget) {
    return "This migration belongs to version %s of the spec. A newer migration of version %s has registered, so this one changes nothing in %s. If that version no longer exists, as after a restore of the cluster from a backup, run: %s"
        .formatted(own, versions.getLast(), table, forget);
  }
}
