package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** The files of a snapshot by their parts, read from its manifests without statistics. */
final class LiveFiles {
  /** The columns that maintenance needs. Column bounds would take most of the memory. */
  private static final List<String> COLUMNS =
      List.of(
          "content",
          "file_path",
          "file_format",
          "partition",
          "record_count",
          "file_size_in_bytes",
          "split_offsets");

  /** The files of one part. */
  record Group(List<DataFile> data, List<DeleteFile> deletes) {
    Group() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  private final Map<Part, Group> groups = new LinkedHashMap<>();
  private final Set<String> locations = new HashSet<>();
  private int manifests;

  private LiveFiles() {}

  static LiveFiles of(Table table, Snapshot snapshot) throws IOException {
    var files = new LiveFiles();
    for (var manifest : snapshot.dataManifests(table.io())) {
      files.manifests++;
      if (hasLiveFiles(manifest)) {
        try (var entries =
            ManifestFiles.read(manifest, table.io(), table.specs()).select(COLUMNS)) {
          for (var entry : entries) {
            var file = entry.copyWithoutStats();
            files.locations.add(file.location());
            files.group(table, file).data().add(file);
          }
        }
      }
    }
    for (var file : deletes(table, snapshot)) {
      files.group(table, file).deletes().add(file);
    }
    files.manifests += snapshot.deleteManifests(table.io()).size();
    return files;
  }

  private Group group(Table table, ContentFile<?> file) {
    return groups.computeIfAbsent(Part.of(table, file), part -> new Group());
  }

  /** The delete files of a snapshot. */
  static List<DeleteFile> deletes(Table table, Snapshot snapshot) throws IOException {
    var files = new ArrayList<DeleteFile>();
    for (var manifest : snapshot.deleteManifests(table.io())) {
      if (hasLiveFiles(manifest)) {
        try (var entries =
            ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs()).select(COLUMNS)) {
          for (var entry : entries) {
            files.add(entry.copyWithoutStats());
          }
        }
      }
    }
    return files;
  }

  private static boolean hasLiveFiles(ManifestFile manifest) {
    return manifest.hasAddedFiles() || manifest.hasExistingFiles();
  }

  Map<Part, Group> groups() {
    return groups;
  }

  /** The number of data files. */
  int count() {
    return locations.size();
  }

  /** Whether a data file of that location is in the snapshot. */
  boolean isThere(String location) {
    return locations.contains(location);
  }

  /** The number of manifests, of data and of deletes. */
  int manifests() {
    return manifests;
  }
}
