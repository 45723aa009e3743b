/**
 * DataPipelines out of YAML, read more strictly than the operator does: offline nobody else will.
 */
@NullMarked
package dev.acequia.local.cli.manifest;

import org.jspecify.annotations.NullMarked;
