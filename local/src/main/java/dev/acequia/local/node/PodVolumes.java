package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The volumes of one Pod as folders of this machine. */
final class PodVolumes {
  private final Path folder;
  private final Map<String, Map<String, VolumeFile>> written = new HashMap<>();

  /** Keeps a folder for each volume below {@code folder}. */
  PodVolumes(Path folder) {
    this.folder = folder;
  }

  /**
   * Brings every volume's files up to date.
   *
   * @throws UnusableReference naming the volume that cannot be had, and why
   */
  void update(Pod pod, VolumeContents contents) throws UnusableReference, IOException {
    for (var volume : pod.getSpec().getVolumes()) {
      var name = volume.getName();
      try {
        var files = contents.of(volume);
        if (files.isEmpty()) {
          Files.createDirectories(folder.resolve(name));
        } else if (!files.get().equals(written.get(name))) {
          new AtomicFolder(folder.resolve(name)).write(files.get());
          written.put(name, files.get());
        }
      } catch (UnusableReference e) {
        throw new UnusableReference(
            "MountVolume.SetUp failed for volume \"%s\" : %s".formatted(name, e.getMessage()));
      }
    }
  }

  /** Where each of the container's mount paths really is. */
  Map<String, Path> mounts(Container container) throws IOException {
    var mounts = new LinkedHashMap<String, Path>();
    for (var mount : container.getVolumeMounts()) {
      mounts.put(mount.getMountPath(), place(mount));
    }
    return mounts;
  }

  private Path place(VolumeMount mount) throws IOException {
    if (mount.getSubPathExpr() != null && !mount.getSubPathExpr().isEmpty()) {
      throw new IOException("the local node does not support subPathExpr");
    }
    var volume = folder.resolve(mount.getName());
    if (mount.getSubPath() == null || mount.getSubPath().isEmpty()) {
      return volume;
    }
    var place = volume.resolve(mount.getSubPath()).normalize();
    if (!place.startsWith(volume)) {
      throw new IOException("subPath " + mount.getSubPath() + " leads out of its volume");
    }
    if (!Files.exists(place)) {
      Files.createDirectories(place);
    }
    return place;
  }
}
