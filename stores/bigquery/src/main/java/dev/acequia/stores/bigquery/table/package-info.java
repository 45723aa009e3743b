/** The tables of a pipeline: their names, and what their columns hold. */
@NullMarked
package dev.acequia.stores.bigquery.table;

import org.jspecify.annotations.NullMarked;
