/** Small histories under faults, and builds that are broken on purpose. */
@NullMarked
package dev.acequia.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
