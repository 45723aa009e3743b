package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * The pipeline's topics.
 *
 * @param id Kafka's id of the data topic (its 22-character form); another id means another log,
 *     whose offsets mean nothing for what is stored
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopicDefinition(String name, String id, int partitions, String deadLetterName) {}
