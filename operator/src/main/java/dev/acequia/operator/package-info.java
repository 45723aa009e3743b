/**
 * The operator: turns a {@code DataPipeline} into a running pipeline, and back into nothing. The
 * packages are the steps of one reconcile: {@code validate}, {@code plan}, {@code apply}, {@code
 * observe}, {@code status}.
 */
@NullMarked
package dev.acequia.operator;

import org.jspecify.annotations.NullMarked;
