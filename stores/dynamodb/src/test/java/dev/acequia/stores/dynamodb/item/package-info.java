@NullMarked
package dev.acequia.stores.dynamodb.item;

import org.jspecify.annotations.NullMarked;
