package dev.acequia.stores.bigquery;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;

/**
 * Commands by which a person changes the registry. Each raises its revision, so that a migration
 * which has read it before begins again and undoes nothing.
 */
record RegistryCommands(TableNames names) {
  /** Removes a part. */
  String without(String part) {
    return command("JSON_REMOVE(PARSE_JSON(body), '$.%s')".formatted(part));
  }

  /** Sets a part to a text. */
  String with(String part, String text) {
    return command("JSON_SET(PARSE_JSON(body), '$.%s', '%s')".formatted(part, text));
  }

  private String command(String body) {
    return "bq query --project_id=%s --nouse_legacy_sql \"UPDATE %s SET revision = revision + 1, body = TO_JSON_STRING(%s) WHERE id = 'registry'\""
        .formatted(
            names.project(),
            // Not a command of the shell.
            Statements.name(names.state()).replace("`", "\\`"),
            body.replace("$", "\\$"));
  }

  /** What a person does about a table that is not as the registry has it. */
  String migrateAgain(PipelineDefinition definition) {
    return "The migration says how to go on; to start it again, run: kubectl delete job -n %s -l app.kubernetes.io/instance=%s,app.kubernetes.io/component=migration"
        .formatted(definition.namespace(), definition.name());
  }
}
