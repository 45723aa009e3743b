/**
 * What the operator knows of each kind of store: one record a kind, and nothing of it anywhere
 * else.
 */
@NullMarked
package dev.acequia.operator.store;

import org.jspecify.annotations.NullMarked;
