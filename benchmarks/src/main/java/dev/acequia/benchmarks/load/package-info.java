/**
 * A load generator for HTTP, as a process of its own: one thread over many kept connections, so
 * that on a small machine most of the processor is left to what is measured.
 */
@NullMarked
package dev.acequia.benchmarks.load;

import org.jspecify.annotations.NullMarked;
