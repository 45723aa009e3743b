@NullMarked
package dev.acequia.stores.dynamodb.client;

import org.jspecify.annotations.NullMarked;
