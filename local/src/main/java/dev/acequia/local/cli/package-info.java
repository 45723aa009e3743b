/**
 * The command line: one class a command, each of which reads its options, calls the package that
 * does the work and says in plain words how it went. {@code source} reads files of records, {@code
 * infer} makes a DataPipeline of them, {@code load} pushes them.
 */
@NullMarked
package dev.acequia.local.cli;

import org.jspecify.annotations.NullMarked;
