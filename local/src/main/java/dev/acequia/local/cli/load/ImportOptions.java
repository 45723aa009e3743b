package dev.acequia.local.cli.load;

import dev.acequia.local.cli.source.CsvDialect;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a file is to be read and sent.
 *
 * @param ignored columns that are not sent
 * @param zone of date-times without an offset; null when such are no timestamps
 * @param lanes requests in flight at most
 * @param chunkRecords records in a request at most
 * @param skipBad whether bad records are left out, or stop the import
 * @param resume the run to go on with; null for a run of its own
 * @param patience how long a request may go without a final answer
 */
public record ImportOptions(
    CsvDialect dialect,
    Set<String> ignored,
    @Nullable ZoneId zone,
    int lanes,
    int chunkRecords,
    boolean skipBad,
    @Nullable String resume,
    Duration patience) {
  public ImportOptions {
    ignored = Set.copyOf(ignored);
  }
}
