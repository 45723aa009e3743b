@NullMarked
package dev.acequia.stores.bigquery.read;

import org.jspecify.annotations.NullMarked;
