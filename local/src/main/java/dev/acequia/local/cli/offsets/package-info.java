/**
 * Where a pipeline's topic and its reader stand, and what another position would mean: {@link
 * TopicReader} asks Kafka, {@link Acceptance} compares.
 */
@NullMarked
package dev.acequia.local.cli.offsets;

import org.jspecify.annotations.NullMarked;
