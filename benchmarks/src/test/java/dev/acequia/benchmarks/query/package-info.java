@NullMarked
package dev.acequia.benchmarks.query;

import org.jspecify.annotations.NullMarked;
