/** Tests without servers. */
@NullMarked
package dev.acequia.api.ingest;

import org.jspecify.annotations.NullMarked;
