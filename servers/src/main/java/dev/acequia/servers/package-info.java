/**
 * Real servers as child processes of this one: Kafka, PostgreSQL and a Kubernetes control plane.
 * The local platform runs on them, and so do the tests.
 */
@NullMarked
package dev.acequia.servers;

import org.jspecify.annotations.NullMarked;
