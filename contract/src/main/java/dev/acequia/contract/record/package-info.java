/**
 * A record's encoding, as ingest, direct producers and the consumer agree on it: JSON objects in
 * UTF-8 as values, a JSON array of the key fields' canonical values as the key, and named headers.
 * One decoder serves both ends, so that what ingest accepts the consumer can read.
 */
@NullMarked
package dev.acequia.contract.record;

import org.jspecify.annotations.NullMarked;
