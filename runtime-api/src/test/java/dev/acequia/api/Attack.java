package dev.acequia.api;

import java.io.IOException;
import java.util.Random;

/** One kind of client that takes too much. Each of its clients tries again and again. */
interface Attack {
  /** How many try at once. */
  int clients();

  /** One try; counts what becomes of it. A connection that the server ends is an outcome, too. */
  void once(Random random, Tally tally) throws IOException, InterruptedException;
}
