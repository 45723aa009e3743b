/**
 * Tables in Google BigQuery. In append mode the rows go by a committed stream that each claim
 * finalizes and makes anew, so a former owner's rows are refused; the rows say up to where the log
 * was read. In upsert mode they are changes in BigQuery's own sense, whose sequence is the record's
 * origin, so a repeat or a stale change has no effect; the offsets follow them.
 */
@NullMarked
package dev.acequia.stores.bigquery;

import org.jspecify.annotations.NullMarked;
