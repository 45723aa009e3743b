package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whose role it is: a comment on it names the pipeline and its database, so that no password of
 * another's role is changed, and no such role is removed.
 */
final class RoleOwnership {
  private final Connection connection;
  private final TableNames names;
  private final StoreOwner owner;

  RoleOwnership(Connection connection, TableNames names, PipelineDefinition definition) {
    this.connection = connection;
    this.names = names;
    owner = StoreOwner.of(definition);
  }

  /**
   * Whether the role was made for this pipeline: in this database, or in one that has been renamed
   * since, so that no database has its name. Another database may have a pipeline of this name.
   */
  boolean isOwn(PipelineRole role) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            SELECT FROM pg_roles r, starts_with(shobj_description(r.oid, 'pg_authid'), ?) AS ours,
              substr(shobj_description(r.oid, 'pg_authid'), length(?) + 1) AS made_in
            WHERE r.rolname = ? AND ours AND (made_in = current_database()
              OR NOT EXISTS (SELECT FROM pg_database d WHERE d.datname = made_in))""")) {
      statement.setString(1, owner.onRole(""));
      statement.setString(2, owner.onRole(""));
      statement.setString(3, role.name());
      try (var row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /**
   * The roles that were made for this pipeline and may do something with its table, whatever their
   * names. Two installations on one database may have a pipeline of this name, and so may comment
   * on their roles alike; but each has a table of its own.
   */
  List<PipelineRole> ownOnTable() throws SQLException {
    var own = new ArrayList<PipelineRole>();
    try (var statement =
        connection.prepareStatement(
            """
            SELECT DISTINCT r.rolname FROM pg_class c
            CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
            WHERE c.oid = to_regclass(?)""")) {
      statement.setString(1, names.data());
      try (var row = statement.executeQuery()) {
        while (row.next()) {
          var role = new PipelineRole(row.getString(1), null);
          if (isOwn(role)) {
            own.add(role);
          }
        }
      }
    }
    return own;
  }

  /**
   * Whether a version that wrote no comments made the role: it has no rights but to log on, and was
   * granted some on this pipeline's table, whose owner it is not.
   */
  boolean isUnclaimed(PipelineRole role) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            SELECT FROM pg_roles r JOIN pg_class c ON c.oid = to_regclass(?)
            WHERE r.rolname = ? AND shobj_description(r.oid, 'pg_authid') IS NULL
              AND NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
                OR r.rolbypassrls OR r.rolinherit)
              AND c.relowner <> r.oid
              AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = r.oid)""")) {
      statement.setString(1, names.data());
      statement.setString(2, role.name());
      try (var row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Writes this pipeline's name down. */
  void claim(PipelineRole role) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT current_database()")) {
      row.next();
      var comment = owner.onRole(row.getString(1)).replace("'", "''");
      try (var write = connection.createStatement()) {
        write.execute("COMMENT ON ROLE " + Sql.quoted(role.name()) + " IS '" + comment + "'");
      }
    }
  }
}
