/** Rows on their way into a table: records as the bytes of protobuf messages. */
@NullMarked
package dev.acequia.stores.bigquery.row;

import org.jspecify.annotations.NullMarked;
