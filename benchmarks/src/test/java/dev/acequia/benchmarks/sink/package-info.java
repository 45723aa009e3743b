@NullMarked
package dev.acequia.benchmarks.sink;

import org.jspecify.annotations.NullMarked;
