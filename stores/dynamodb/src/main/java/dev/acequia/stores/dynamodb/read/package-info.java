/** The answering side: a query becomes reads by keys, or is refused before anything is read. */
@NullMarked
package dev.acequia.stores.dynamodb.read;

import org.jspecify.annotations.NullMarked;
