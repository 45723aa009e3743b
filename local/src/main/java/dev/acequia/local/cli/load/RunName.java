package dev.acequia.local.cli.load;

import dev.acequia.contract.Schema;
import dev.acequia.contract.Sha256;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.source.RecordFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The name of an import's run, the first part of its idempotency keys: a digest of all that decides
 * how the file is cut, and what tells this run from others.
 */
final class RunName {
  private RunName() {}

  /** A name that was not used before. */
  static String fresh(RecordFile file, Schema schema, ImportOptions options) {
    return digest(file, schema, options) + "-" + UUID.randomUUID().toString().substring(0, 13);
  }

  /**
   * Checks that a run can go on: its requests will be the same again.
   *
   * @throws CommandException when file or options are not what they were
   */
  static String resumed(String run, RecordFile file, Schema schema, ImportOptions options) {
    if (file.path() == null) {
      throw new CommandException(
          "--resume " + run + ": standard input cannot be read again; import a file");
    }
    if (!run.startsWith(digest(file, schema, options) + "-")) {
      throw new CommandException(
          "--resume "
              + run
              + ": the file, the options or the endpoint's fields are not those of that run, so"
              + " its requests cannot be repeated");
    }
    return run;
  }

  /** What changes when the file does. */
  private static String state(@Nullable Path file) {
    if (file == null) {
      return "standard input";
    }
    try {
      return Files.size(file) + "\n" + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new CommandException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String digest(RecordFile file, Schema schema, ImportOptions options) {
    var dialect = options.dialect();
    return Sha256.hex(
        String.join(
            "\n",
            state(file.path()),
            schema.hash(),
            String.valueOf(options.lanes()),
            String.valueOf(options.chunkRecords()),
            String.valueOf(options.zone()),
            String.valueOf(dialect.delimiter()),
            dialect.encoding().name(),
            new TreeSet<>(dialect.nulls()).toString(),
            new TreeSet<>(options.ignored()).toString()),
        4);
  }
}
