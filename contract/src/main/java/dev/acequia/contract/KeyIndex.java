package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * An index of a store that finds records by the value of one field.
 *
 * @param name in the store
 * @param hash the field whose value is asked for
 * @param range the field that records of one value are ordered by; null when they have no order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyIndex(String name, String hash, @Nullable String range) {}
