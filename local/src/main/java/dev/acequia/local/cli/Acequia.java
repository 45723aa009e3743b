package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.platform.DownCommand;
import dev.acequia.local.platform.UpCommand;
import dev.acequia.servers.ServerException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program {@code acequia}. Exit codes: 0 done, 1 not done (the reason is on standard error), 2
 * wrong usage.
 */
@Command(
    name = "acequia",
    description = "One Kubernetes resource is one running data product.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    versionProvider = ProductVersion.class,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      DownCommand.class,
      NewCommand.class,
      ImportCommand.class,
      RenderCommand.class,
      OffsetsCommand.class,
      DeadLettersCommand.class,
      KeysCommand.class,
      VersionCommand.class
    },
    footer = {
      "",
      "Every command explains itself: ./acequia COMMAND --help",
      "To see a pipeline at work:     ./acequia demo",
      "To see how fast it is:         ./acequia bench --help"
    })
public final class Acequia implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  private boolean version;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs one command and ends the process. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /**
   * Runs one command.
   *
   * @param more commands that other modules bring along
   * @return the exit code
   */
  public static int run(String[] args, Object... more) {
    var commandLine = commandLine(more);
    // YAML and JSON are UTF-8 wherever they are piped to, whatever the locale.
    commandLine.setOut(utf8(FileDescriptor.out));
    commandLine.setErr(utf8(FileDescriptor.err));
    return commandLine.execute(args);
  }

  static CommandLine commandLine(Object... more) {
    var commandLine = new CommandLine(new Acequia());
    for (var command : more) {
      commandLine.addSubcommand(command);
    }
    return commandLine
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command))
        .setParameterExceptionHandler((e, args) -> misused(e))
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static PrintWriter utf8(FileDescriptor stream) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8), true);
  }

  private static int failed(Exception e, CommandLine command) {
    var err = command.getErr();
    command.getOut().flush();
    if (isPlain(e)) {
      err.println("acequia: " + e.getMessage());
    } else {
      err.println("acequia: " + Explanation.of(e));
    }
    if (System.getenv("ACEQUIA_DEBUG") != null) {
      e.printStackTrace(err);
    } else if (!isPlain(e)) {
      err.println("(ACEQUIA_DEBUG=1 shows where it happened.)");
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Whether its message is made for people. */
  private static boolean isPlain(Exception e) {
    return e instanceof CommandException || e instanceof ServerException;
  }

  private static int misused(ParameterException e) {
    var command = e.getCommandLine();
    var err = command.getErr();
    err.println("acequia: " + e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      Suggestion.of(unmatched.getUnmatched().getFirst(), command.getCommandSpec())
          .ifPresent(name -> err.println("Did you mean: " + name));
    }
    err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }
}
