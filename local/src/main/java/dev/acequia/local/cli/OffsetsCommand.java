package dev.acequia.local.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "offsets",
    description = {
      "See where a pipeline reads its topic, or have it read on from elsewhere.",
      "",
      "A pipeline that is Stalled because its topic was recreated or its offsets were lost skips "
          + "nothing by itself: a person says from where to go on."
    },
    synopsisSubcommandLabel = "(show | accept)",
    commandListHeading = "%nCommands:%n",
    subcommands = {OffsetsShowCommand.class, OffsetsAcceptCommand.class})
final class OffsetsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "show or accept?");
  }
}
