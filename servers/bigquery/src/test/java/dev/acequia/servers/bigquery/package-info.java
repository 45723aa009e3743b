@NullMarked
package dev.acequia.servers.bigquery;

import org.jspecify.annotations.NullMarked;
