package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.bigquery.table.TableNames;
import org.junit.jupiter.api.Test;

/** Commands that messages name. */
class RegistryCommandsTest {
  /** The statement that a shell gives to {@code bq}. */
  static String statement(String command) {
    var first = command.indexOf('"');
    return command
        .substring(first + 1, command.lastIndexOf('"'))
        .replace("\\`", "`")
        .replace("\\$", "$");
  }

  @Test
  void leavesNothingForTheShellToReplace() {
    var command =
        new RegistryCommands(new TableNames("acequia", "test", "flights")).with("table", "1");
    assertThat(command)
        .startsWith("bq query --project_id=acequia --nouse_legacy_sql \"")
        .doesNotContainPattern("(?<!\\\\)[`$]");
    assertThat(statement(command))
        .isEqualTo(
            "UPDATE `acequia.test.flights_acequia` SET revision = revision + 1, body = TO_JSON_STRING(JSON_SET(PARSE_JSON(body), '$.table', '1')) WHERE id = 'registry'");
  }
}
