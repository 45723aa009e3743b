@NullMarked
package dev.acequia.stores.bigquery.row;

import org.jspecify.annotations.NullMarked;
