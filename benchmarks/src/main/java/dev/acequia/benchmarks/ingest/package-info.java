/**
 * {@code acequia bench ingest}: posts over HTTP beside the same Tomcat that keeps nothing, and
 * Kafka's own producer that needs no HTTP.
 */
@NullMarked
package dev.acequia.benchmarks.ingest;

import org.jspecify.annotations.NullMarked;
