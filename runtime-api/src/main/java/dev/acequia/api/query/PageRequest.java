package dev.acequia.api.query;

import dev.acequia.stores.query.Query;

/**
 * The page that a client asks for.
 *
 * @param firstRow how many rows come before it, as far as the client has counted
 */
record PageRequest(Query query, long firstRow) {}
