@NullMarked
package dev.acequia.stores.dynamodb.read;

import org.jspecify.annotations.NullMarked;
