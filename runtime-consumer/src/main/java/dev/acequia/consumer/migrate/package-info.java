/** What a migration has to know of the topic. */
@NullMarked
package dev.acequia.consumer.migrate;

import org.jspecify.annotations.NullMarked;
