package dev.acequia.servers;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** A base backup of a running server on this machine, made as PostgreSQL's manual says. */
final class PostgresBackup {
  /** What another server makes for itself, or fetches by replication. */
  private static final Set<String> EMPTY = Set.of("pg_wal", "pg_replslot", "pg_stat_tmp");

  private static final Set<String> LEFT_OUT =
      Set.of("postmaster.pid", "postmaster.opts", "standby.signal");

  private final Connection connection;

  PostgresBackup(Connection connection) {
    this.connection = connection;
  }

  /** Copies a cluster's folder; a server that is started on the copy is a standby. */
  void copy(Path cluster, Path copy) throws SQLException, IOException {
    try (var statement = connection.createStatement()) {
      statement.execute("SELECT pg_backup_start('standby', true)");
      copyFiles(cluster, copy);
      // What replication fetches is not archived.
      try (var label = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        if (!label.next()) {
          throw new IOException("the backup has no label");
        }
        Files.writeString(copy.resolve("backup_label"), label.getString(1));
      }
    }
    Files.createFile(copy.resolve("standby.signal"));
  }

  private static void copyFiles(Path cluster, Path copy) throws IOException {
    Files.walkFileTree(
        cluster,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            copyOne(folder);
            return cluster.equals(folder.getParent()) && EMPTY.contains(name(folder))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!LEFT_OUT.contains(name(file))) {
              copyOne(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // removed meanwhile: the log knows
            }
            throw e;
          }

          private void copyOne(Path file) throws IOException {
            try {
              Files.copy(
                  file, copy.resolve(cluster.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            } catch (NoSuchFileException removed) {
              return;
            }
          }
        });
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
