/** Records that cannot be stored. */
@NullMarked
package dev.acequia.consumer.deadletter;

import org.jspecify.annotations.NullMarked;
