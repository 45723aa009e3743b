/** Tables in the Apache Iceberg format as a store. */
@NullMarked
package dev.acequia.stores.lake;

import org.jspecify.annotations.NullMarked;
