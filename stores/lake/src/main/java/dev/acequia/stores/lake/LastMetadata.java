package dev.acequia.stores.lake;

import dev.acequia.contract.StoreDefinition;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.StreamSupport;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** What a table that its catalog knows no more said last. */
final class LastMetadata {
  private LastMetadata() {}

  /** The positions; empty when its metadata are gone with it. */
  static Optional<SortedMap<Integer, FencedPosition>> of(
      Beside beside, StoreDefinition.Lake store) {
    var io = beside.state().table().io();
    if (!(io instanceof SupportsPrefixOperations files)) {
      return Optional.empty();
    }
    var newestFirst =
        StreamSupport.stream(files.listPrefix(store.location() + "/metadata/").spliterator(), false)
            .filter(file -> file.location().endsWith(".metadata.json"))
            .sorted(Comparator.comparingLong(FileInfo::createdAtMillis).reversed())
            .toList();
    return newestFirst.stream()
        .map(file -> TableMetadataParser.read(io, file.location()))
        .filter(metadata -> metadata.uuid().equals(beside.table()))
        // Two of one moment are told apart by what they have seen.
        .limit(5)
        .max(Comparator.comparingLong(metadata -> metadata.lastSequenceNumber()))
        .map(metadata -> FencedPosition.all(metadata.properties()));
  }
}
