package dev.acequia.servers.bigquery;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.zetasql.LocalService;
import com.google.zetasql.TableContent;
import com.google.zetasql.Type;
import com.google.zetasql.Value;
import dev.acequia.servers.bigquery.Table.Change;
import dev.acequia.servers.bigquery.Warehouse.Stream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** All that a warehouse has, in a file. */
final class Snapshot {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Snapshot() {}

  static void write(Path file, Warehouse warehouse) throws IOException {
    var next = file.resolveSibling(file.getFileName() + ".next");
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(next)))) {
      var datasets = warehouse.datasets();
      out.writeInt(datasets.size());
      for (var dataset : datasets.entrySet()) {
        out.writeUTF(dataset.getKey());
        write(out, JSON.writeValueAsBytes(dataset.getValue()));
      }
      var tables = warehouse.allTables();
      out.writeInt(tables.size());
      for (var table : tables) {
        write(out, table);
      }
      var streams = warehouse.streams();
      out.writeInt(streams.size());
      for (var stream : streams.entrySet()) {
        out.writeUTF(stream.getKey());
        out.writeUTF(stream.getValue().table());
        out.writeLong(stream.getValue().rows());
        out.writeBoolean(stream.getValue().isFinal());
      }
    }
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void write(DataOutputStream out, Table table) throws IOException {
    out.writeUTF(table.name());
    write(out, JSON.writeValueAsBytes(table.resource()));
    out.writeBoolean(table.takesChanges());
    if (!table.takesChanges()) {
      write(out, bytes(table.rows()));
      return;
    }
    var changes = table.changes();
    out.writeInt(changes.size());
    write(out, bytes(List.copyOf(changes.keySet())));
    for (var change : changes.values()) {
      out.writeUTF(change.sequence().toString());
      out.writeBoolean(change.row() != null);
    }
    write(out, bytes(table.rows()));
  }

  private static byte[] bytes(List<List<Value>> rows) {
    return TableContent.create(rows).serialize().toByteArray();
  }

  static void read(Path file, Warehouse warehouse) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (var left = in.readInt(); left > 0; left--) {
        warehouse.addDataset(in.readUTF(), (ObjectNode) JSON.readTree(read(in)));
      }
      for (var left = in.readInt(); left > 0; left--) {
        warehouse.restore(table(in));
      }
      for (var left = in.readInt(); left > 0; left--) {
        warehouse.restore(in.readUTF(), new Stream(in.readUTF(), in.readLong(), in.readBoolean()));
      }
    } catch (ServiceException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  private static Table table(DataInputStream in) throws IOException, ServiceException {
    var table = new Table(in.readUTF(), (ObjectNode) JSON.readTree(read(in)));
    var types = types(table, table.columns().stream().map(Table.Column::name).toList());
    if (!in.readBoolean()) {
      table.replace(rows(in, types));
      return table;
    }
    var sequences = new ArrayList<Sequence>();
    var isThere = new ArrayList<Boolean>();
    var count = in.readInt();
    var keys = rows(in, types(table, table.key()));
    for (var i = 0; i < count; i++) {
      sequences.add(Sequence.parse(in.readUTF()));
      isThere.add(in.readBoolean());
    }
    var rows = rows(in, types).iterator();
    var changes = new LinkedHashMap<List<Value>, Change>();
    for (var i = 0; i < count; i++) {
      changes.put(keys.get(i), new Change(sequences.get(i), isThere.get(i) ? rows.next() : null));
    }
    table.restore(changes);
    return table;
  }

  private static ImmutableList<Type> types(Table table, List<String> columns) {
    return columns.stream()
        .map(column -> table.columns().get(table.index(column)).type().type())
        .collect(ImmutableList.toImmutableList());
  }

  private static List<List<Value>> rows(DataInputStream in, ImmutableList<Type> types)
      throws IOException {
    var content = TableContent.deserialize(types, LocalService.TableContent.parseFrom(read(in)));
    return new ArrayList<>(content.getTableData());
  }
}
