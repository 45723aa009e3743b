package dev.acequia.local.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "dead-letters",
    description = {
      "See the records that a pipeline could not store, or send them back.",
      "",
      "They stand in the topic NAMESPACE.PIPELINE.dlq, byte for byte, with headers that say where "
          + "they stood and what was wrong. Only Kafka is asked, so this works for any cluster: "
          + "--bootstrap-servers and, for its security, --config."
    },
    synopsisSubcommandLabel = "(list | redrive)",
    commandListHeading = "%nCommands:%n",
    subcommands = {DeadLettersListCommand.class, DeadLettersRedriveCommand.class})
final class DeadLettersCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "list or redrive?");
  }
}
