/**
 * The API process of one pipeline: ingest and query over HTTP, beside the management port that
 * every process has.
 */
@NullMarked
package dev.acequia.api;

import org.jspecify.annotations.NullMarked;
