/** What all benchmarks share: servers, meters, spreads over rounds, and the report. */
@NullMarked
package dev.acequia.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
