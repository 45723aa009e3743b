package dev.acequia.benchmarks.faults;

import java.time.Duration;

/**
 * A fault that happened.
 *
 * @param recovery from the fault until every partition went on
 */
record Inflicted(Fault fault, Duration recovery) {}
