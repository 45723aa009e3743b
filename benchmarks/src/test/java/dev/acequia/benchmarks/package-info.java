@NullMarked
package dev.acequia.benchmarks;

import org.jspecify.annotations.NullMarked;
