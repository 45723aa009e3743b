/**
 * Records as items: the attributes that they have, the keys that they are found by, and what the
 * service takes.
 */
@NullMarked
package dev.acequia.stores.dynamodb.item;

import org.jspecify.annotations.NullMarked;
