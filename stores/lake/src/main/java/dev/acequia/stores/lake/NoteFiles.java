package dev.acequia.stores.lake;

import dev.acequia.contract.StoreDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.avro.Avro;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.avro.DataWriter;
import org.apache.iceberg.data.avro.PlannedDataReader;
import org.jspecify.annotations.Nullable;

/** Notes in files of Avro, which a branch of the table names. */
final class NoteFiles {
  private NoteFiles() {}

  /** The files of the branch's snapshot, which is null where nothing was ever noted. */
  static List<DataFile> of(Table table, @Nullable Snapshot snapshot) {
    var files = new ArrayList<DataFile>();
    if (snapshot == null) {
      return files;
    }
    for (var manifest : snapshot.dataManifests(table.io())) {
      try (var entries = ManifestFiles.read(manifest, table.io(), table.specs())) {
        for (var file : entries) {
          files.add(file.copyWithoutStats());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  /** The branch's snapshot; null where nothing was ever noted. */
  static @Nullable Snapshot head(Table table) {
    return table.snapshot(LakeTables.NOTES);
  }

  static DataFile write(Table table, StoreDefinition.Lake store, List<Note> notes) {
    var writer = writer(table, store);
    try (writer) {
      notes.forEach(note -> writer.write(note.toRecord()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toDataFile();
  }

  /** A writer to a new file; the caller closes it. */
  static org.apache.iceberg.io.DataWriter<Record> writer(Table table, StoreDefinition.Lake store) {
    var location = LakeTables.besideLocation(store) + "/notes/" + UUID.randomUUID() + ".avro";
    try {
      return Avro.writeData(table.io().newOutputFile(location))
          .overwrite()
          .schema(Note.SCHEMA)
          .withSpec(PartitionSpec.unpartitioned())
          .createWriterFunc(DataWriter::create)
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the notes of a file one by one, in order. */
  static void read(Table table, DataFile file, Consumer<Note> to) {
    try (var records =
        Avro.read(table.io().newInputFile(file.location()))
            .project(Note.SCHEMA)
            .createResolvingReader(PlannedDataReader::create)
            .<Record>build()) {
      records.forEach(record -> to.accept(Note.of(record)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
