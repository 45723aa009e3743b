package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine.Option;

/** A person's yes before something is changed. */
final class Confirmation {
  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  /**
   * Asks, unless told not to.
   *
   * @throws CommandException when nobody answers
   */
  boolean given(PrintWriter out) {
    if (yes) {
      return true;
    }
    out.print("Go on? [y/N] ");
    out.flush();
    try {
      var answer =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      if (answer == null) {
        out.println();
        throw new CommandException("nobody is there to confirm; add --yes");
      }
      return answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    } catch (IOException e) {
      throw new CommandException("the answer cannot be read; add --yes", e);
    }
  }
}
