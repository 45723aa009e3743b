package dev.acequia.local.cli.infer;

import dev.acequia.contract.FieldType;

/**
 * A column and the field that it becomes.
 *
 * @param column its name in the file
 * @param nulls records without a value in it
 * @param localDateTime whether its values are dates with times but without offsets
 */
record InferredField(
    String column, String name, FieldType type, long nulls, boolean localDateTime) {}
