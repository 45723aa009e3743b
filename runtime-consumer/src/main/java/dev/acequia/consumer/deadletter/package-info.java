/** Records that cannot be stored, put aside byte for byte. */
@NullMarked
package dev.acequia.consumer.deadletter;

import org.jspecify.annotations.NullMarked;
