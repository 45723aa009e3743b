/** Pieces of the loop by themselves. */
@NullMarked
package dev.acequia.consumer.consume;

import org.jspecify.annotations.NullMarked;
