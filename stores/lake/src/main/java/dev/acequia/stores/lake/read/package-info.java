/**
 * Answers to queries: a table's files are planned by Iceberg and pruned in memory, held on the disk
 * of this machine, and read by DuckDB in this process.
 */
@NullMarked
package dev.acequia.stores.lake.read;

import org.jspecify.annotations.NullMarked;
