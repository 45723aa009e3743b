/** What a pipeline's table looks like. */
@NullMarked
package dev.acequia.stores.lake.table;

import org.jspecify.annotations.NullMarked;
