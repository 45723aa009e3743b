/**
 * Tables in Amazon DynamoDB. Records are items of one table; what is kept beside them is in a
 * second one. Neither transactions nor locks hold the two together: rows are written first, each
 * under a condition that makes a repeat or a stale write harmless, and the offsets last.
 */
@NullMarked
package dev.acequia.stores.dynamodb;

import org.jspecify.annotations.NullMarked;
