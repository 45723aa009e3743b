@NullMarked
package dev.acequia.stores.dynamodb;

import org.jspecify.annotations.NullMarked;
