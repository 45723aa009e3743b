/**
 * The query endpoint: PostgREST's language is read into a store's query, the page of rows that
 * answers it is written in the format the client asked for, and a cut result says so.
 */
@NullMarked
package dev.acequia.api.query;

import org.jspecify.annotations.NullMarked;
