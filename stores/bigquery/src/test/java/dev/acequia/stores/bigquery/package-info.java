@NullMarked
package dev.acequia.stores.bigquery;

import org.jspecify.annotations.NullMarked;
