/** Tests of the operator's benchmark. */
@NullMarked
package dev.acequia.benchmarks.operator;

import org.jspecify.annotations.NullMarked;
