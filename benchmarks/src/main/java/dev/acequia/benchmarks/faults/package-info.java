/**
 * Whether each record's effect is in the table once, whatever is killed, stopped, cut or restarted:
 * producers with known ids, a nemesis that picks faults from a seed, and a checker that reads topic
 * and table and compares.
 */
@NullMarked
package dev.acequia.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
