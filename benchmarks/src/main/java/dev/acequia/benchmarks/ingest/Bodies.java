package dev.acequia.benchmarks.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.benchmarks.load.RequestFile;
import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.contract.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The records that are posted: departures of about 150 bytes of JSON. */
record Bodies(List<String> records) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Of the file's records, the fields that the pipeline has; what is not known is left out. */
  static Bodies read(Path file) throws IOException {
    var names = Flights.SCHEMA.fields().stream().map(Field::name).toList();
    var records = new ArrayList<String>();
    for (var line : Files.readAllLines(file)) {
      var from = JSON.readTree(line);
      var to = JSON.createObjectNode();
      for (var name : names) {
        if (from.hasNonNull(name)) {
          to.set(name, from.get(name));
        }
      }
      records.add(to.toString());
    }
    return new Bodies(records);
  }

  /** Bodies of one object, or of an array. */
  List<byte[]> of(int recordsEach) {
    var bodies = new ArrayList<byte[]>();
    for (var i = 0; i + recordsEach <= records.size(); i += recordsEach) {
      var body =
          recordsEach == 1
              ? records.get(i)
              : "[" + String.join(",", records.subList(i, i + recordsEach)) + "]";
      bodies.add(body.getBytes(StandardCharsets.UTF_8));
    }
    return bodies;
  }

  /** Posts of such bodies, in a file for the load generator. */
  Path posts(Path folder, int recordsEach, String path) throws IOException {
    var file = folder.resolve(path.replace('/', '-') + recordsEach + ".requests");
    RequestFile.write(
        file,
        of(recordsEach).stream()
            .map(body -> RequestFile.post(path, "application/json", body))
            .toList());
    return file;
  }

  /** One on a line, as ProducerPerformance takes them. */
  Path lines(Path folder) throws IOException {
    return Files.write(folder.resolve("records.ndjson"), records);
  }
}
