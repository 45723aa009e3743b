/**
 * From the topic into the store: one thread polls and decodes, another writes the batch before. The
 * store's own offsets decide what has been stored; Kafka's are for lag and autoscaling.
 */
@NullMarked
package dev.acequia.consumer.consume;

import org.jspecify.annotations.NullMarked;
