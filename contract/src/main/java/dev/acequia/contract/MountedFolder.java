package dev.acequia.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A Secret or ConfigMap that the kubelet keeps as files in a folder. */
public final class MountedFolder {
  private MountedFolder() {}

  /**
   * The folder with the files of the version that is current now. The kubelet changes all files at
   * once, by the symlink {@code ..data}, and removes the former version after that. A folder that
   * no kubelet keeps has one version, itself.
   *
   * @throws UncheckedIOException when it cannot be read
   */
  public static Path version(Path folder) {
    try {
      return folder.resolve("..data").toRealPath();
    } catch (NoSuchFileException e) {
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder, e);
    }
  }
}
