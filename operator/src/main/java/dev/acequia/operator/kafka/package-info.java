/**
 * The one place where threads wait for Kafka, so that no reconcile does. What is asked of Kafka,
 * and what becomes of an answer, is for {@code apply} and {@code observe}.
 */
@NullMarked
package dev.acequia.operator.kafka;

import org.jspecify.annotations.NullMarked;
