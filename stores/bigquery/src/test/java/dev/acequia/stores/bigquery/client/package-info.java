@NullMarked
package dev.acequia.stores.bigquery.client;

import org.jspecify.annotations.NullMarked;
