package dev.acequia.stores.lake.read;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Which deletes apply to which files, by the rules of Iceberg's specification. */
final class Deletes {
  private final Map<String, List<PlannedDeletes>> byFile = new HashMap<>();
  private final Map<Part, List<PlannedDeletes>> byPart = new HashMap<>();
  private final List<PlannedDeletes> everywhere = new ArrayList<>();

  Deletes(List<PlannedDeletes> all) {
    for (var one : all) {
      var file = one.file();
      if (file != null) {
        byFile.computeIfAbsent(file, location -> new ArrayList<>(1)).add(one);
      } else if (one.reach() == PlannedDeletes.Reach.EQUALITY_EVERYWHERE) {
        everywhere.add(one);
      } else {
        byPart.computeIfAbsent(one.part(), part -> new ArrayList<>()).add(one);
      }
    }
  }

  /** The deletes that apply to some of the files. */
  List<PlannedDeletes> of(Collection<PlannedFile> files) {
    if (byFile.isEmpty() && byPart.isEmpty() && everywhere.isEmpty()) {
      return List.of();
    }
    var applying = new LinkedHashSet<PlannedDeletes>();
    var oldest = Long.MAX_VALUE;
    var oldestOfPart = new HashMap<Part, Long>();
    for (var file : files) {
      oldest = Math.min(oldest, file.sequence());
      oldestOfPart.merge(file.part(), file.sequence(), Math::min);
      for (var delete : byFile.getOrDefault(file.location(), List.of())) {
        if (delete.appliesTo(file.sequence())) {
          applying.add(delete);
        }
      }
    }
    for (var part : oldestOfPart.entrySet()) {
      for (var delete : byPart.getOrDefault(part.getKey(), List.of())) {
        if (delete.appliesTo(part.getValue())) {
          applying.add(delete);
        }
      }
    }
    for (var delete : everywhere) {
      if (delete.appliesTo(oldest)) {
        applying.add(delete);
      }
    }
    return List.copyOf(applying);
  }
}
