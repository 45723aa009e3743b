/**
 * What stands in for Google BigQuery: its REST interface and its Storage Write API over tables in
 * memory. Statements are analyzed and computed by GoogleSQL's own reference implementation.
 */
@NullMarked
package dev.acequia.servers.bigquery;

import org.jspecify.annotations.NullMarked;
