package dev.acequia.benchmarks;

import dev.acequia.local.cli.Acequia;

/** {@code acequia bench}: the command line with the benchmarks on top. */
public final class BenchProgram {
  private BenchProgram() {}

  /** Runs one command and ends the process. */
  public static void main(String[] args) {
    System.exit(Acequia.run(args, new BenchCommand()));
  }
}
