package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A pipeline's consumers, kept at their number as a Deployment does. Used by one thread at a time.
 */
final class Fleet implements AutoCloseable {
  private final HistoryPipeline pipeline;
  private final String classPath;
  private final List<Member> members = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int replicas;
  private int started;

  Fleet(HistoryPipeline pipeline, String classPath) {
    this.pipeline = pipeline;
    this.classPath = classPath;
  }

  int replicas() {
    return replicas;
  }

  /** Sets their number; those that are too many end in order. */
  void scaleTo(int wanted) throws IOException {
    replicas = wanted;
    tend();
    while (members.size() > wanted) {
      members.removeLast().end();
    }
  }

  /** Starts one more for each that has gone, and one beside those that are all stopped. */
  void tend() throws IOException {
    for (var member : members) {
      if (member.hasFailed()) {
        failures.add(member.lastWords());
      }
      if (!member.isAlive()) {
        member.close();
      }
    }
    members.removeIf(member -> !member.isAlive());
    while (members.size() < replicas || areAllStopped()) {
      add();
    }
  }

  private boolean areAllStopped() {
    return !members.isEmpty() && members.stream().noneMatch(Member::isRunning);
  }

  /** One more than there should be. */
  Member add() throws IOException {
    var member = Member.start(pipeline, pipeline.name() + "-" + ++started, classPath);
    members.add(member);
    return member;
  }

  /** One of those that run. */
  Member any(RandomGenerator random) throws IOException {
    tend();
    var running = members.stream().filter(Member::isRunning).toList();
    return running.get(random.nextInt(running.size()));
  }

  /** One whose end was expected is no failure. */
  void forget(Member member) {
    members.remove(member);
    member.close();
  }

  /** One that is nobody's to tend any more, whatever becomes of it. */
  void release(Member member) {
    members.remove(member);
  }

  /** How often consumers that run said that they hold, for trouble of that kind. */
  long timesHeld(String trouble) {
    return members.stream().mapToLong(member -> member.timesHeld(trouble)).sum();
  }

  /** All end in order, and others with the pipeline's present definition begin. */
  void rollOut() throws IOException {
    var wanted = replicas;
    scaleTo(0);
    scaleTo(wanted);
  }

  /** What those said that ended by themselves. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    members.forEach(Member::close);
    members.clear();
  }
}
