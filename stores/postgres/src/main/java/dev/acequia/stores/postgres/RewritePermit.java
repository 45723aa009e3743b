package dev.acequia.stores.postgres;

import dev.acequia.contract.AllowedRewrite;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.postgres.SchemaChange.Alteration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * Whether a table may be written anew. That keeps everyone from reading and writing it for as long
 * as it takes, and needs its size in disk space once more; so a large table needs a person's word.
 */
final class RewritePermit {
  private final PipelineDefinition definition;
  private final long limitBytes;
  private final boolean allowed;

  private RewritePermit(PipelineDefinition definition, long limitBytes, boolean allowed) {
    this.definition = definition;
    this.limitBytes = limitBytes;
    this.allowed = allowed;
  }

  static RewritePermit of(PipelineDefinition definition, Map<String, String> environment) {
    return new RewritePermit(
        definition,
        RuntimeVariable.STORE_REWRITE_LIMIT
            .in(environment)
            .map(Long::parseLong)
            .orElse(AllowedRewrite.DEFAULT_LIMIT_BYTES),
        RuntimeVariable.STORE_ALLOWED_REWRITE
            .in(environment)
            .filter(definition.schema().hash()::equals)
            .isPresent());
  }

  void check(Connection connection, TableNames names, Alteration alteration)
      throws SQLException, TerminationException {
    if (alteration.widened().isEmpty() || allowed) {
      return;
    }
    var bytes = size(connection, names.data());
    if (bytes > limitBytes) {
      throw new TerminationException(
          Termination.Reason.RewriteNotAllowed,
          "Widening %s writes the table %s anew, which has %s with its indexes; without asking, the platform allows %s. Meanwhile nobody can read or write it, and as much disk space is needed once more. To have it done, run: kubectl annotate --overwrite datapipeline %s -n %s %s=%s (good for this schema only). Until then the version before goes on serving."
              .formatted(
                  String.join(", ", alteration.widened()),
                  names.data(),
                  readable(bytes),
                  readable(limitBytes),
                  definition.name(),
                  definition.namespace(),
                  AllowedRewrite.ANNOTATION,
                  definition.schema().hash()));
    }
  }

  private static long size(Connection connection, String table) throws SQLException {
    try (var statement =
        connection.prepareStatement("SELECT pg_total_relation_size(to_regclass(?))")) {
      statement.setString(1, table);
      try (var row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static String readable(long bytes) {
    var units = new String[] {"B", "KiB", "MiB", "GiB", "TiB"};
    var unit = 0;
    double size = bytes;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return (size >= 10 || unit == 0 ? "%.0f %s" : "%.1f %s").formatted(size, units[unit]);
  }
}
