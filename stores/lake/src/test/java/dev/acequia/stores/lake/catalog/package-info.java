@NullMarked
package dev.acequia.stores.lake.catalog;

import org.jspecify.annotations.NullMarked;
