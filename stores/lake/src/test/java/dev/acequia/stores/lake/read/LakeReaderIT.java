package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import dev.acequia.stores.testkit.RowText;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables as Iceberg's own writers leave them, and what may happen to them meanwhile. */
class LakeReaderIT {
  private static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT64, true, null),
              new Field("name", FieldType.STRING, false, null)),
          UnknownFields.REJECT);

  /** A reader that has its table's files from elsewhere. */
  private static final String ELSEWHERE = "s3://lake/flights";

  @TempDir Path folder;
  private final RecordColumns records = LakeQueries.records(SCHEMA, LoadMode.UPSERT);
  private LakeTable table;
  private final List<LakeReader> readers = new ArrayList<>();

  @BeforeEach
  void create() {
    table = new LakeTable(folder.resolve("table"), LakeColumns.of(SCHEMA));
  }

  @AfterEach
  void close() {
    readers.forEach(LakeReader::close);
  }

  private LakeReader reader() {
    return reader(records, Limits.small(), table.location());
  }

  private LakeReader reader(RecordColumns columns, ReaderLimits limits, String location) {
    var reader =
        new LakeReader(
            columns, table, limits, new LocalEngine(limits, location, folder.resolve("cache")));
    readers.add(reader);
    return reader;
  }

  private Record row(long id, String name) {
    return table.row("id", id, "name", name);
  }

  private DataFile append(long... ids) throws IOException {
    return table.append(Arrays.stream(ids).mapToObj(id -> row(id, "n" + id)).toList());
  }

  private Query all() {
    return select(Condition.always(), "id");
  }

  private Query select(Condition where, String... names) {
    return new Query(
        Arrays.stream(names).map(name -> new SelectItem(name, records.require(name))).toList(),
        where,
        records.total(List.of()),
        List.of(),
        1000,
        0);
  }

  private Condition compare(String name, Operator operator, String value) {
    var field = records.require(name).field();
    return new Comparison(field, operator, Literal.parse(field.type(), value));
  }

  private List<String> ids(LakeReader reader) throws StoreReadException, IOException {
    return RowText.read(reader, all(), "|");
  }

  private void awaitIds(LakeReader reader, String... ids) {
    Awaitility.await().untilAsserted(() -> assertThat(ids(reader)).containsExactly(ids));
  }

  private static Literal id(long id) {
    return new Literal(FieldType.INT64, id);
  }

  private static void assertReason(
      Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
    assertThatThrownBy(read)
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void readsATableToWhichNothingWasWritten() throws Exception {
    var reader = reader();
    reader.probe();
    assertThat(ids(reader)).isEmpty();
    assertThat(reader.count(all())).isZero();
    assertThat(reader.estimate(all())).isZero();
    assertThat(reader.readOne(List.of(id(1)), row -> {})).isFalse();
    var groups =
        new Query(
            List.of(new SelectItem("n", new Aggregate(Function.COUNT, null))),
            Condition.always(),
            List.of(),
            List.of(),
            10,
            0);
    assertThat(RowText.read(reader, groups, "|")).containsExactly("0");
  }

  @Test
  void seesASnapshotWithinASecond() throws Exception {
    append(1, 2);
    var reader = reader();
    assertThat(ids(reader)).containsExactly("1", "2");
    append(3);
    awaitIds(reader, "1", "2", "3");
    assertThat(reader.count(all())).isEqualTo(3);
    assertThat(reader.estimate(all())).isEqualTo(3);
  }

  @Test
  void leavesOutWhatIsDeletedInEachSnapshot() throws Exception {
    var first = append(1, 2, 3);
    var second = append(4, 5);
    table.delete(first, 1);
    var reader = reader();
    assertThat(ids(reader)).containsExactly("1", "3", "4", "5");
    assertThat(reader.count(all())).isEqualTo(4);
    assertThat(reader.estimate(all())).isEqualTo(4);
    table.delete(second, 0);
    table.delete(first, 2);
    awaitIds(reader, "1", "5");
    assertThat(reader.readOne(List.of(id(3)), row -> {})).isFalse();
    assertThat(reader.readOne(List.of(id(5)), row -> {})).isTrue();
    // A compaction: neither the files nor their deletes are there any longer.
    var compacted = table.write(List.of(row(1, "one"), row(5, "five")));
    table.table().newOverwrite().deleteFile(first).deleteFile(second).addFile(compacted).commit();
    awaitIds(reader, "1", "5");
    table.delete(compacted, 0);
    awaitIds(reader, "5");
  }

  /** These are names of columns that DuckDB adds to a file's, or that statements have. */
  @Test
  void takesNoFieldForAColumnOfItsOwn() throws Exception {
    var names =
        List.of("file_row_number", "file_index", "filename", "own", "before", "position", "file");
    var fields = new ArrayList<Field>();
    fields.add(new Field("id", FieldType.INT64, true, null));
    names.forEach(name -> fields.add(new Field(name, FieldType.INT64, false, null)));
    fields.add(new Field("text", FieldType.STRING, false, null));
    var schema = new Schema(List.of("id"), fields, UnknownFields.REJECT);
    table = new LakeTable(folder.resolve("named"), LakeColumns.of(schema));
    // The row at 0 is replaced; one that stays has its position as a value.
    var file = table.append(named(names, 1, 500), named(names, 2, 0), named(names, 3, 1));
    table.append(named(names, 1, 7));
    table.delete(file, 0);
    var columns = LakeQueries.records(schema, LoadMode.UPSERT);
    var reader = reader(columns, Limits.small(), table.location());
    var query =
        new Query(
            columns.all().subList(0, 3),
            Condition.always(),
            columns.total(List.of()),
            List.of(),
            10,
            0);
    assertThat(RowText.read(reader, query, "|")).containsExactly("1|7|7", "2|0|0", "3|1|1");
    assertThat(reader.count(query)).isEqualTo(3);
    var all =
        new Query(columns.all(), Condition.always(), columns.total(List.of()), List.of(), 10, 0);
    assertThat(RowText.read(reader, all, "|")).first().isEqualTo("1" + "|7".repeat(7) + "|x");
    var found = new ArrayList<Long>();
    assertThat(reader.readOne(List.of(id(1)), row -> found.add(row.longAt(1)))).isTrue();
    assertThat(found).containsExactly(7L);
  }

  private Record named(List<String> names, long id, long value) {
    var row = table.row("id", id, "text", "x");
    names.forEach(name -> row.setField(name, value));
    return row;
  }

  @Test
  void readsFilesThatAreOlderThanColumns() throws Exception {
    var older = table;
    var schema =
        new Schema(
            List.of("id"),
            List.of(
                new Field("id", FieldType.INT64, true, null),
                new Field("name", FieldType.STRING, false, null),
                new Field("n", FieldType.INT64, false, null),
                new Field("note", FieldType.STRING, false, null)),
            UnknownFields.REJECT);
    older.table().updateSchema().addColumn("n", Types.IntegerType.get()).commit();
    table.append(table.row("id", 1L, "n", 7));
    older
        .table()
        .updateSchema()
        .updateColumn("n", Types.LongType.get())
        .addColumn("note", Types.StringType.get())
        .commit();
    table.append(table.row("id", 2L, "n", 1L << 40, "note", "x"));
    var columns = LakeQueries.records(schema, LoadMode.UPSERT);
    var reader = reader(columns, Limits.small(), table.location());
    var query =
        new Query(columns.all(), Condition.always(), columns.total(List.of()), List.of(), 10, 0);
    assertThat(RowText.read(reader, query, "|"))
        .containsExactly("1|null|7|null", "2|null|1099511627776|x");
    var field = columns.require("n").field();
    var seven = new Comparison(field, Operator.LTE, new Literal(FieldType.INT64, 7L));
    assertThat(
            RowText.read(
                reader,
                new Query(columns.all(), seven, columns.total(List.of()), List.of(), 10, 0),
                "|"))
        .containsExactly("1|null|7|null");
  }

  @Test
  void servesAnOlderSchemaUntilAValueDoesNotFit() throws Exception {
    table.table().updateSchema().addColumn("n", Types.LongType.get()).commit();
    var schema =
        new Schema(
            List.of("id"),
            List.of(
                new Field("id", FieldType.INT64, true, null),
                new Field("n", FieldType.INT32, false, null)),
            UnknownFields.REJECT);
    table.append(table.row("id", 1L, "n", 7L));
    var columns = LakeQueries.records(schema, LoadMode.UPSERT);
    var reader = reader(columns, Limits.small(), table.location());
    var query =
        new Query(columns.all(), Condition.always(), columns.total(List.of()), List.of(), 10, 0);
    assertThat(RowText.read(reader, query, "|")).containsExactly("1|7");
    table.append(table.row("id", 2L, "n", 1L << 40));
    Awaitility.await()
        .untilAsserted(
            () -> assertReason(Reason.UNAVAILABLE, () -> RowText.read(reader, query, "|")));
  }

  @Test
  void opensNoFileThatCannotHaveTheKey() throws Exception {
    append(1, 2);
    var other = append(3, 4);
    Files.delete(Path.of(URI.create(other.location())));
    var reader = reader();
    assertThat(reader.readOne(List.of(id(2)), row -> {})).isTrue();
    assertThat(RowText.read(reader, select(compare("id", Operator.LT, "3"), "id"), "|"))
        .containsExactly("1", "2");
    assertReason(Reason.UNAVAILABLE, () -> ids(reader));
    // A page that goes on is read from where it is.
    append(5, 6);
    Awaitility.await()
        .ignoreExceptions()
        .until(
            () -> RowText.read(reader, all().startingAfter(List.of(id(5))), "|"),
            List.of("6")::equals);
  }

  @Test
  void readsCopiesOfFilesThatAreElsewhere() throws Exception {
    var first = append(1, 2, 3);
    append(4);
    table.delete(first, 0);
    var reader = reader(records, Limits.small(), ELSEWHERE);
    assertThat(ids(reader)).containsExactly("2", "3", "4");
    // They are not asked for again.
    Files.delete(Path.of(URI.create(first.location())));
    assertThat(ids(reader)).containsExactly("2", "3", "4");
    assertThat(reader.readOne(List.of(id(3)), row -> {})).isTrue();
  }

  @Test
  void refusesWhatIsMoreThanItsDiskHolds() throws Exception {
    var bytes = append(1, 2).fileSizeInBytes();
    append(3, 4);
    var reader = reader(records, Limits.withCache(bytes + bytes / 2), ELSEWHERE);
    assertReason(Reason.TOO_COSTLY, () -> ids(reader));
    assertThat(RowText.read(reader, select(compare("id", Operator.LT, "3"), "id"), "|"))
        .containsExactly("1", "2");
    assertThat(RowText.read(reader, select(compare("id", Operator.GT, "2"), "id"), "|"))
        .containsExactly("3", "4");
  }

  @Test
  void readsRowsThatNeedItsWholeDiskWithTheirDeletes() throws Exception {
    var first = append(1, 2, 3);
    var second = append(4, 5);
    table.delete(first, 0);
    table.delete(second, 1);
    var reader =
        reader(
            records,
            Limits.withCache(first.fileSizeInBytes() + second.fileSizeInBytes()),
            ELSEWHERE);
    assertThat(ids(reader)).containsExactly("2", "3", "4");
  }

  @Test
  void refusesDeletesThatItDoesNotRead() throws Exception {
    append(1, 2);
    table.deleteWhere("id", 1L);
    assertThatThrownBy(() -> ids(reader()))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
        .hasMessageContaining("equality deletes");
  }

  /** The reader answers a query that does not need them. */
  @Test
  void refusesFilesOfAnotherFormat() throws Exception {
    append(1);
    var parquet = table.imaginary("id", 10);
    table
        .table()
        .newFastAppend()
        .appendFile(
            DataFiles.builder(table.table().spec())
                .copy(parquet)
                .withFormat(FileFormat.ORC)
                .build())
        .commit();
    var reader = reader();
    assertRefused(reader, "the table has files of the format ORC");
    assertThat(reader.readOne(List.of(id(1)), row -> {})).isTrue();
  }

  /** It has deletion vectors, and columns with defaults that no file has. */
  @Test
  void refusesATableOfALaterFormat() throws Exception {
    append(1, 2);
    table.table().updateProperties().set(TableProperties.FORMAT_VERSION, "3").commit();
    assertRefused(reader(), "the table has format version 3");
  }

  private void assertRefused(LakeReader reader, String words) {
    assertThatThrownBy(() -> ids(reader))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
        .hasMessageStartingWith(words);
  }

  @Test
  void namesAManifestThatCannotBeRead() throws Exception {
    append(1);
    var snapshot = table.table().currentSnapshot();
    var manifest = Path.of(URI.create(snapshot.allManifests(table.table().io()).getFirst().path()));
    var bytes = Files.readAllBytes(manifest);
    var broken = List.of(new byte[0], new byte[1_000], Arrays.copyOf(bytes, bytes.length - 20));
    for (var content : broken) {
      Files.write(manifest, content);
      var reader = reader();
      assertRefused(
          reader, "the table's metadata file %s cannot be read".formatted(manifest.getFileName()));
      reader.probe();
    }
    Files.delete(manifest);
    assertRefused(
        reader(), "the table's metadata file %s is missing".formatted(manifest.getFileName()));
  }

  @Test
  void refusesFilesWhoseColumnsHaveNoIds() throws Exception {
    table.table().updateProperties().set(TableProperties.DEFAULT_NAME_MAPPING, "[]").commit();
    assertReason(Reason.REFUSED, () -> reader().probe());
  }

  @Test
  void readsAFewOfManyFiles() throws Exception {
    append(7);
    for (var commit = 0; commit < 20; commit++) {
      var append = table.table().newFastAppend();
      for (var i = 1; i <= 1_000; i++) {
        append.appendFile(table.imaginary("id", 1_000L * (commit + 1) + i));
      }
      append.commit();
    }
    var reader = reader(records, Limits.withPlans(32L << 20, 1_000), table.location());
    assertThat(reader.readOne(List.of(id(7)), row -> {})).isTrue();
    assertThat(RowText.read(reader, select(compare("id", Operator.LT, "1000"), "id"), "|"))
        .containsExactly("7");
    assertThat(reader.count(all())).isEqualTo(20_001);
    assertThatThrownBy(() -> ids(reader))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_COSTLY))
        .hasMessage(
            "the query reads 20,001 files, more than 1,000: compare a field by which the files are"
                + " partitioned or ordered");
  }

  @Test
  void isReadyThoughTheFilesAreTooMany() throws Exception {
    append(1);
    append(2);
    var reader = reader(records, Limits.withPlans(1_000, 10), table.location());
    reader.probe();
    assertThatThrownBy(() -> ids(reader))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
        .hasMessageContaining("merge its files");
    reader.probe();
  }

  @Test
  void saysThatATableOrColumnIsNotThere() throws Exception {
    var more =
        new Schema(
            List.of("id"),
            List.of(
                new Field("id", FieldType.INT64, true, null),
                new Field("gone", FieldType.STRING, false, null)),
            UnknownFields.REJECT);
    assertThatThrownBy(
            () ->
                reader(LakeQueries.records(more, LoadMode.UPSERT), Limits.small(), table.location())
                    .probe())
        .hasMessage("column 'gone' does not exist");
    var reader = reader();
    reader.probe();
    table.drop();
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThatThrownBy(reader::probe)
                    .isInstanceOfSatisfying(
                        StoreReadException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                    .hasMessage("the table does not exist"));
  }

  @Test
  void readsLongRowsInPieces() throws Exception {
    var rows = new ArrayList<Record>();
    for (var i = 0; i < 40; i++) {
      rows.add(row(i, String.valueOf((char) ('a' + i % 26)).repeat(1 << 20)));
    }
    table.append(rows);
    var reader = reader();
    var found = new ArrayList<Long>();
    reader.read(
        select(Condition.always(), "id", "name"),
        row -> {
          found.add(row.longAt(0));
          assertThat(row.utf8At(1))
              .hasSize(1 << 20)
              .containsOnly((byte) ('a' + found.getLast() % 26));
        });
    assertThat(found).hasSize(40).isSorted();
  }

  @Test
  void refusesARowThatIsTooLong() throws Exception {
    table.append(row(1, "short"), row(2, "x".repeat(4 << 20)));
    var reader = reader();
    assertReason(
        Reason.TOO_LARGE, () -> RowText.read(reader, select(Condition.always(), "name"), "|"));
    assertReason(Reason.TOO_LARGE, () -> reader.readOne(List.of(id(2)), row -> {}));
    assertThat(ids(reader)).containsExactly("1", "2");
    assertThat(reader.readOne(List.of(id(1)), row -> {})).isTrue();
  }

  @Test
  void keepsToOneSnapshotWhileOthersAreWritten() throws Exception {
    var first = append(0);
    var reader = reader();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Future<?>>();
      var last = new java.util.concurrent.atomic.AtomicLong();
      var ended = new java.util.concurrent.atomic.AtomicBoolean();
      for (var i = 0; i < 4; i++) {
        reads.add(
            threads.submit(
                () -> {
                  // Each snapshot has exactly one row, in a file of its own.
                  while (!ended.get()) {
                    var ids = ids(reader);
                    assertThat(ids).hasSize(1);
                    last.accumulateAndGet(Long.parseLong(ids.getFirst()), Math::max);
                  }
                  return true;
                }));
      }
      for (var next = 1; next <= 30; next++) {
        var file = table.write(List.of(row(next, "n")));
        table.table().newRowDelta().addRows(file).addDeletes(table.writeDelete(first, 0)).commit();
        first = file;
      }
      Awaitility.await().until(() -> last.get() == 30 || reads.stream().anyMatch(Future::isDone));
      ended.set(true);
      for (var read : reads) {
        read.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void asksTheCatalogAtMostOnceASecond() throws Exception {
    append(1);
    var reader = reader();
    var start = System.nanoTime();
    for (var i = 0; i < 50; i++) {
      ids(reader);
    }
    var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    assertThat(table.loads).isLessThanOrEqualTo((int) seconds + 2);
  }
}
