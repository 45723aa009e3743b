package dev.acequia.local.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "keys",
    description = {
      "Make, list and revoke the API keys of a pipeline.",
      "",
      "They are kept, hashed, in the Secret that spec.api.auth.apiKeysSecretName names. Several "
          + "count at once: to rotate one, create its successor, hand it out, then revoke the old. "
          + "The API follows the Secret within seconds, without a restart."
    },
    synopsisSubcommandLabel = "(create | list | revoke)",
    commandListHeading = "%nCommands:%n",
    subcommands = {KeysCreateCommand.class, KeysListCommand.class, KeysRevokeCommand.class})
final class KeysCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "create, list or revoke?");
  }
}
