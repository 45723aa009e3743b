/**
 * From a file to a DataPipeline: {@link FileProfile} reads all records into one {@link
 * ColumnProfile} a column, which settles on a type; {@link PipelineDraft} writes the resource.
 */
@NullMarked
package dev.acequia.local.cli.infer;

import org.jspecify.annotations.NullMarked;
