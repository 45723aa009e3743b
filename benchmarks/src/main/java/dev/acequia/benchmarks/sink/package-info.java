/**
 * The load from a topic into PostgreSQL: {@code COPY} from a file as the limit, Kafka Connect with
 * Debezium's JDBC sink as the peer, and Acequia, all on the same records.
 */
@NullMarked
package dev.acequia.benchmarks.sink;

import org.jspecify.annotations.NullMarked;
