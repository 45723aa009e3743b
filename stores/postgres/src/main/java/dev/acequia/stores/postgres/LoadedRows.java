package dev.acequia.stores.postgres;

import dev.acequia.stores.RowRejection;
import java.util.List;

/** What became of a batch's rows: all that are in neither number are stored. */
record LoadedRows(int duplicates, List<RowRejection> rejected) {}
