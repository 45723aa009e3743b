/** Calls of BigQuery's interfaces: REST for statements and tables, gRPC for rows. */
@NullMarked
package dev.acequia.stores.bigquery.client;

import org.jspecify.annotations.NullMarked;
