/** The consumer and the migration against real servers. */
@NullMarked
package dev.acequia.consumer;

import org.jspecify.annotations.NullMarked;
