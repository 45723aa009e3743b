/**
 * Tables in Google BigQuery. In append mode rows go by a committed stream. Each claim ends the
 * former stream and makes another, so BigQuery refuses a former owner's rows. The rows say up to
 * where the log was read. In upsert mode rows are changes in BigQuery's own sense. Their sequence
 * is the record's origin, so a repeat or a late change has no effect; the positions follow.
 */
@NullMarked
package dev.acequia.stores.bigquery;

import org.jspecify.annotations.NullMarked;
