package dev.acequia.benchmarks.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Faults in rounds: each once a round, in an order of each round's own. */
final class FaultDraw {
  private final List<Fault> faults;
  private final Random random;
  private final Deque<Fault> round = new ArrayDeque<>();

  FaultDraw(List<Fault> faults, SplittableRandom seed) {
    this.faults = List.copyOf(faults);
    random = Random.from(seed);
  }

  Fault next() {
    if (round.isEmpty()) {
      var shuffled = new ArrayList<>(faults);
      Collections.shuffle(shuffled, random);
      round.addAll(shuffled);
    }
    return round.removeFirst();
  }
}
