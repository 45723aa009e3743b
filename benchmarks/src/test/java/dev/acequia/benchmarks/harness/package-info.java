@NullMarked
package dev.acequia.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
