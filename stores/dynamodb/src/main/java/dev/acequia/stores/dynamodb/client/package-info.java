/** Calls of the service: how many at a time, how often again, and what their failures mean. */
@NullMarked
package dev.acequia.stores.dynamodb.client;

import org.jspecify.annotations.NullMarked;
