package dev.acequia.servers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once into the user's cache from an archive on the class path. */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /**
   * The folder that holds {@code postgres} and {@code initdb}.
   *
   * @throws ServerException when there is no PostgreSQL for this kind of machine
   */
  static Path unpacked() {
    var archive = archiveName(System.getProperty("os.name"), System.getProperty("os.arch"));
    try (var resource = PostgresBinaries.class.getResourceAsStream("/" + archive)) {
      if (resource == null) {
        throw new ServerException(
            "There is no PostgreSQL for this kind of machine: no %s on the class path."
                .formatted(archive));
      }
      var bytes = resource.readAllBytes();
      var crc = new CRC32();
      crc.update(bytes);
      var folder =
          UserCache.folder()
              .resolve("postgresql")
              .resolve(
                  archive.replace(".txz", "-")
                      + HexFormat.of().withLowerCase().toHexDigits((int) crc.getValue()));
      if (!Files.isDirectory(folder)) {
        unpack(bytes, folder);
      }
      return folder.resolve("bin");
    } catch (IOException e) {
      throw new ServerException("PostgreSQL's programs cannot be unpacked: " + e, e);
    }
  }

  static String archiveName(String osName, String osArch) {
    var system = osName.toLowerCase(Locale.ROOT).contains("mac") ? "darwin" : "linux";
    var machine = osArch.equals("aarch64") || osArch.equals("arm64") ? "arm_64" : "x86_64";
    return "postgres-%s-%s.txz".formatted(system, machine);
  }

  private static void unpack(byte[] archive, Path folder) throws IOException {
    var unfinished = folder.resolveSibling(folder.getFileName() + "." + UUID.randomUUID());
    try (var tar =
        new TarArchiveInputStream(
            new BufferedInputStream(
                new XZInputStream(new java.io.ByteArrayInputStream(archive)), 1 << 16))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        var target = unfinished.resolve(entry.getName()).normalize();
        if (!target.startsWith(unfinished)) {
          throw new IOException("the archive points outside itself: " + entry.getName());
        }
        extract(tar, entry, target);
      }
    }
    try {
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException taken) {
      if (!Files.isDirectory(folder)) {
        throw taken;
      }
      FileTree.delete(unfinished); // another process was faster
    }
  }

  private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, target);
    var executable = (entry.getMode() & 0111) != 0;
    Files.setPosixFilePermissions(
        target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
  }
}
