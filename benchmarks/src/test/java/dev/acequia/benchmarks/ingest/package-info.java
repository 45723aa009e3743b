@NullMarked
package dev.acequia.benchmarks.ingest;

import org.jspecify.annotations.NullMarked;
