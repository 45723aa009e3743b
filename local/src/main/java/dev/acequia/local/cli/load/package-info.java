/**
 * A bulk push: rows become NDJSON by the endpoint's own types, chunks, and requests that are
 * retried until they are answered.
 */
@NullMarked
package dev.acequia.local.cli.load;

import org.jspecify.annotations.NullMarked;
