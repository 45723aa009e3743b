package dev.acequia.stores.lake;

import dev.acequia.stores.Origin;
import org.apache.iceberg.DataFile;

/**
 * A row in the table.
 *
 * @param position its number in the file
 */
record StoredRow(DataFile file, long position, Origin origin) {}
