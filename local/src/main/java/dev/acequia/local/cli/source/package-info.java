/** Files of records as people have them: CSV and NDJSON, gzipped or not, read record by record. */
@NullMarked
package dev.acequia.local.cli.source;

import org.jspecify.annotations.NullMarked;
