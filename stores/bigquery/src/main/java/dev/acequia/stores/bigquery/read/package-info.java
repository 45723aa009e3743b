/** The answering side: a query becomes one statement, whose rows are taken out of the answer. */
@NullMarked
package dev.acequia.stores.bigquery.read;

import org.jspecify.annotations.NullMarked;
