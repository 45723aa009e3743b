package dev.acequia.local.cli.infer;

import dev.acequia.contract.FieldType;

/**
 * A column and the field that it becomes.
 *
 * @param column its name in the file
 * @param nulls records without a value in it
 * @param doubt what to know about the type; empty when there is no doubt
 */
record InferredField(String column, String name, FieldType type, long nulls, String doubt) {}
