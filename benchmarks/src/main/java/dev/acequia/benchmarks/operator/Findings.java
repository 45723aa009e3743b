package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Rounds;
import java.util.ArrayList;
import java.util.List;

/** Figures and checks of all parts, in the order in which they were seen. */
final class Findings {
  private static final String SUBJECT = "Acequia's operator";

  private final Progress progress;
  private final Rounds rounds = new Rounds();
  private final List<Check> checks = new ArrayList<>();

  Findings(Progress progress) {
    this.progress = progress;
  }

  void say(String format, Object... arguments) {
    progress.say(format, arguments);
  }

  void add(String mode, Figures figures) {
    progress.say("%s: %s", mode, figures);
    rounds.add(SUBJECT, mode, figures);
  }

  void add(Check check) {
    checks.add(check);
  }

  List<Result> results() {
    return rounds.results();
  }

  List<Check> checks() {
    return List.copyOf(checks);
  }
}
