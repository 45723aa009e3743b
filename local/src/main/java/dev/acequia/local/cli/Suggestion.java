package dev.acequia.local.cli;

import java.util.Comparator;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** The command or option that somebody probably meant. */
final class Suggestion {
  /** Two neighbours exchanged, or two other slips. */
  private static final int MAX_SLIPS = 2;

  private Suggestion() {}

  static Optional<String> of(String written, CommandSpec command) {
    var known =
        written.startsWith("-")
            ? command.optionsMap().keySet().stream()
            : command.subcommands().keySet().stream();
    return known
        .map(name -> new Candidate(name, distance(written, name)))
        .filter(candidate -> candidate.slips <= MAX_SLIPS || candidate.name.startsWith(written))
        .min(Comparator.comparingInt(Candidate::slips))
        .map(Candidate::name);
  }

  private record Candidate(String name, int slips) {}

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    var above = new int[b.length() + 1];
    for (var j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (var i = 1; i <= a.length(); i++) {
      var row = new int[b.length() + 1];
      row[0] = i;
      for (var j = 1; j <= b.length(); j++) {
        var change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
