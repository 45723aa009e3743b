/**
 * {@code acequia bench operator}: the operator over a large fleet, on a real API server; only the
 * node is pretended. Each part is a class and adds its figures and checks to {@code Findings}.
 */
@NullMarked
package dev.acequia.benchmarks.operator;

import org.jspecify.annotations.NullMarked;
