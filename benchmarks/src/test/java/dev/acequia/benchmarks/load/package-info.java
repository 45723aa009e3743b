@NullMarked
package dev.acequia.benchmarks.load;

import org.jspecify.annotations.NullMarked;
