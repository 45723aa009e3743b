/**
 * Acequia, its peers and its limits on the same work, in one run: {@code ./acequia bench NAME}.
 * Each benchmark is a package beside {@code harness}, which measures and prints for all of them.
 */
@NullMarked
package dev.acequia.benchmarks;

import org.jspecify.annotations.NullMarked;
