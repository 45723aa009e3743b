package dev.acequia.operator.store;

import dev.acequia.contract.Fingerprint;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of a pipeline's roles in PostgreSQL. Roles belong to the whole database server, so the
 * hash tells pipelines of one name in two databases, or of two installations, apart.
 */
record Roles(String namespace, String pipeline, String uri, @Nullable String installation) {
  /** PostgreSQL cuts names at 63 bytes. */
  static final int MAX_NAME_BYTES = 63;

  /** The keys of an administrator's Secret. */
  static final Set<String> KEYS = Set.of("uri", "username", "password");

  String name(String start, StorePlan.Purpose purpose) {
    var hash =
        installation == null
            ? Fingerprint.of(namespace, pipeline, uri)
            : Fingerprint.of(namespace, pipeline, uri, installation);
    var end = "_" + purpose.name().toLowerCase(Locale.ROOT) + "_" + hash;
    return start.substring(0, Math.min(start.length(), MAX_NAME_BYTES - end.length())) + end;
  }
}
