package dev.acequia.operator.kafka;

/**
 * What a call is about. Two calls with the same key are never made at the same time.
 *
 * @param namespace whose turn it takes
 * @param subject of this call alone, with {@code equals} and {@code hashCode}
 */
public record CallKey(String namespace, Object subject) {}
