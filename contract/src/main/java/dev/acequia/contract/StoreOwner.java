package dev.acequia.contract;

/**
 * Who made a table or a role in a store, as a comment on it says. By it a pipeline knows its own.
 */
public record StoreOwner(String namespace, String pipeline) {
  public static StoreOwner of(PipelineDefinition definition) {
    return new StoreOwner(definition.namespace(), definition.name());
  }

  /** The comment on a table. */
  public String onTable() {
    return "Acequia pipeline " + namespace + "/" + pipeline;
  }

  /** The comment on a role. Roles belong to the whole server, where databases are many. */
  public String onRole(String database) {
    return onTable() + " in " + database;
  }

  /** What a person runs, in the pipeline's schema, to be rid of the roles made for it. */
  public String dropRoles() {
    return "DO $$DECLARE r name; BEGIN FOR r IN SELECT rolname FROM pg_roles WHERE shobj_description(oid,'pg_authid')='%s'||current_database() LOOP EXECUTE format('REVOKE ALL ON SCHEMA %%I FROM %%I',current_schema(),r); EXECUTE format('DROP ROLE %%I',r); END LOOP; END$$;"
        .formatted(onRole(""));
  }
}
