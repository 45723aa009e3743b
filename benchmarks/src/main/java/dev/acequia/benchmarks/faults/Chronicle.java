package dev.acequia.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What happened to one pipeline. Used by one thread at a time. */
final class Chronicle {
  private final String pipeline;
  private final Consumer<String> log;
  private final List<Inflicted> inflicted = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<Fault, String> skipped = new EnumMap<>(Fault.class);

  Chronicle(String pipeline, Consumer<String> log) {
    this.pipeline = pipeline;
    this.log = log;
  }

  void say(String format, Object... arguments) {
    log.accept(pipeline + ": " + format.formatted(arguments));
  }

  /** A fault happened, and all went on after that time. */
  void note(Fault fault, Duration recovery) {
    inflicted.add(new Inflicted(fault, recovery));
    say("went on after %.1f s", recovery.toMillis() / 1e3);
  }

  /** This must not have happened. */
  void violation(String format, Object... arguments) {
    var words = format.formatted(arguments);
    violations.add(words);
    say("VIOLATION: %s", words);
  }

  /** This machine cannot have the fault. */
  void skip(Fault fault, String why) {
    if (skipped.put(fault, why) == null) {
      say("skipped: %s: %s", fault.words(), why);
    }
  }

  List<Inflicted> inflicted() {
    return List.copyOf(inflicted);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  Map<Fault, String> skipped() {
    return Map.copyOf(skipped);
  }
}
