/**
 * The push endpoint: a body is split into records, each is checked against the schema, and all are
 * answered for once Kafka holds them durably.
 */
@NullMarked
package dev.acequia.api.ingest;

import org.jspecify.annotations.NullMarked;
