package dev.acequia.servers.bigquery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.rpc.UnavailableException;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.Field;
import com.google.cloud.bigquery.Field.Mode;
import com.google.cloud.bigquery.JobInfo;
import com.google.cloud.bigquery.JobStatistics.QueryStatistics;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.Int64Value;
import dev.acequia.servers.bigquery.Faults.Fault;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stand-in as Google's clients see it. */
class LocalBigQueryIT {
  private static final TableId TABLE = TableId.of(LocalBigQuery.PROJECT, "shop", "orders");
  private static final String NAME = "`acequia.shop.orders`";

  private LocalBigQuery server;
  private BigQuery client;
  private BigQueryWriteClient rows;

  @BeforeEach
  void start() throws IOException {
    connect(LocalBigQuery.start());
  }

  private void connect(LocalBigQuery started) throws IOException {
    server = started;
    client =
        BigQueryOptions.newBuilder()
            .setProjectId(LocalBigQuery.PROJECT)
            .setHost(server.endpoint())
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    var address = URI.create(server.storageEndpoint());
    rows =
        BigQueryWriteClient.create(
            BigQueryWriteSettings.newBuilder()
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setTransportChannelProvider(
                    InstantiatingGrpcChannelProvider.newBuilder()
                        .setEndpoint(address.getHost() + ":" + address.getPort())
                        .setChannelConfigurator(ManagedChannelBuilder::usePlaintext)
                        .build())
                .build());
  }

  @AfterEach
  void end() {
    rows.close();
    server.close();
  }

  private void makeTable() {
    client.create(DatasetInfo.of("shop"));
    client.create(
        TableInfo.of(
            TABLE,
            StandardTableDefinition.newBuilder()
                .setSchema(
                    Schema.of(
                        Field.newBuilder("id", StandardSQLTypeName.STRING)
                            .setMode(Mode.REQUIRED)
                            .build(),
                        Field.of("amount", StandardSQLTypeName.INT64),
                        Field.of("price", StandardSQLTypeName.NUMERIC)))
                .setTableConstraints(
                    TableConstraints.newBuilder()
                        .setPrimaryKey(PrimaryKey.newBuilder().setColumns(List.of("id")).build())
                        .build())
                .build()));
  }

  private List<List<@Nullable Object>> query(String sql) throws InterruptedException {
    return query(QueryJobConfiguration.newBuilder(sql));
  }

  private List<List<@Nullable Object>> query(QueryJobConfiguration.Builder query)
      throws InterruptedException {
    var found = new ArrayList<List<@Nullable Object>>();
    for (var row : client.query(query.setUseLegacySql(false).build()).iterateAll()) {
      var values = new ArrayList<@Nullable Object>();
      row.forEach(value -> values.add(value.getValue()));
      found.add(values);
    }
    return found;
  }

  private long change(String sql) throws InterruptedException {
    return client.query(QueryJobConfiguration.of(sql)).getTotalRows();
  }

  @Test
  void aStatementIsComputedAsGoogleSqlHasIt() throws Exception {
    makeTable();
    assertEquals(2, change("INSERT INTO " + NAME + " (id, price) VALUES ('a', 1.5), ('b', NULL)"));
    assertEquals(
        List.of(List.of("a", "1.5")),
        query("SELECT id, price FROM " + NAME + " WHERE price > 1 ORDER BY id"));
    var refused = assertThrows(BigQueryException.class, () -> query("SELECT nothing FROM " + NAME));
    assertEquals("invalidQuery", refused.getReason());
    assertEquals(
        "notFound",
        assertThrows(BigQueryException.class, () -> query("SELECT 1 FROM `acequia.shop.no`"))
            .getReason());
  }

  @Test
  void parametersKeepTheirTypes() throws Exception {
    assertEquals(
        List.of(List.of("it's `a` \\ \u0000 @b", "0.1", "1", "2024-02-29")),
        query(
            QueryJobConfiguration.newBuilder("SELECT @s, @n, ARRAY_LENGTH(@l), @d")
                .addNamedParameter("s", QueryParameterValue.string("it's `a` \\ \u0000 @b"))
                .addNamedParameter(
                    "n", QueryParameterValue.numeric(new java.math.BigDecimal("0.1")))
                .addNamedParameter(
                    "l", QueryParameterValue.array(new Long[] {7L}, StandardSQLTypeName.INT64))
                .addNamedParameter("d", QueryParameterValue.date("2024-02-29"))));
  }

  @Test
  void rowsAreChangedRemovedAndMerged() throws Exception {
    makeTable();
    change("INSERT INTO " + NAME + " (id, amount) VALUES ('a', 1), ('b', 2), ('c', 3)");
    assertEquals(2, change("UPDATE " + NAME + " SET amount = amount + 10 WHERE id < 'c'"));
    assertEquals(1, change("DELETE FROM " + NAME + " WHERE id = 'b'"));
    assertEquals(
        3,
        change(
            "MERGE "
                + NAME
                + " AS t USING (SELECT 'a' AS id, 5 AS n UNION ALL SELECT 'c', 6 UNION ALL SELECT 'd', 7) AS s ON t.id = s.id"
                + " WHEN MATCHED AND s.n = 6 THEN DELETE"
                + " WHEN MATCHED THEN UPDATE SET amount = CASE WHEN t.amount > s.n THEN s.n ELSE 0 END"
                + " WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (s.id, s.n)"));
    assertEquals(
        List.of(List.of("a", "5"), List.of("d", "7")),
        query("SELECT id, amount FROM " + NAME + " ORDER BY id"));
    assertThrows(
        BigQueryException.class,
        () ->
            change(
                "MERGE "
                    + NAME
                    + " AS t USING (SELECT 'a' AS id UNION ALL SELECT 'a') AS s ON t.id = s.id WHEN MATCHED THEN DELETE"));
    assertThrows(
        BigQueryException.class,
        () -> change("INSERT INTO " + NAME + " (amount) VALUES (1)"),
        "a required column");
  }

  @Test
  void aQueryIsBilledForTheColumnsThatItReads() throws Exception {
    makeTable();
    change("INSERT INTO " + NAME + " (id, amount) VALUES ('abcd', 1)");
    assertEquals(2 + 4, bytes("SELECT id FROM " + NAME));
    assertEquals(2 + 4 + 8, bytes("SELECT id FROM " + NAME + " WHERE amount = 1"));
    var costly =
        assertThrows(
            BigQueryException.class,
            () ->
                query(
                    QueryJobConfiguration.newBuilder("SELECT id FROM " + NAME)
                        .setMaximumBytesBilled(1000L)));
    assertEquals("bytesBilledLimitExceeded", costly.getReason());
  }

  private long bytes(String sql) {
    var job =
        client.create(
            JobInfo.of(
                QueryJobConfiguration.newBuilder(sql)
                    .setDryRun(true)
                    .setUseLegacySql(false)
                    .build()));
    return ((QueryStatistics) job.getStatistics()).getTotalBytesProcessed();
  }

  @Test
  void aResultGoesByPages() throws Exception {
    var query =
        QueryJobConfiguration.newBuilder(
                "SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n")
            .setUseLegacySql(false)
            .setMaxResults(10L)
            .build();
    var page = client.query(query);
    assertEquals(25, page.getTotalRows());
    var sum = 0L;
    for (var row : page.iterateAll()) {
      sum += row.get(0).getLongValue();
    }
    assertEquals(25 * 26 / 2, sum);
    assertTrue(page.hasNextPage());
  }

  @Test
  void aTableTakesColumnsThatMayBeNullAndNoOthers() throws Exception {
    makeTable();
    change("INSERT INTO " + NAME + " (id, amount) VALUES ('a', 1)");
    var columns = new ArrayList<>(schema().getFields());
    columns.add(Field.of("note", StandardSQLTypeName.STRING));
    update(columns);
    change("ALTER TABLE " + NAME + " ALTER COLUMN amount SET DATA TYPE NUMERIC");
    assertEquals(
        StandardSQLTypeName.NUMERIC,
        schema().getFields().get("amount").getType().getStandardType());
    assertEquals(
        List.of(List.of("1.5")), query("SELECT amount + 0.5 FROM " + NAME + " WHERE note IS NULL"));
    columns.add(
        Field.newBuilder("more", StandardSQLTypeName.STRING).setMode(Mode.REQUIRED).build());
    assertThrows(BigQueryException.class, () -> update(columns));
    assertThrows(BigQueryException.class, () -> update(columns.subList(1, 3)));
    assertThrows(
        BigQueryException.class,
        () -> update(List.of(Field.of("_partition_x", StandardSQLTypeName.STRING))));
  }

  private Schema schema() {
    var schema = client.getTable(TABLE).getDefinition().getSchema();
    if (schema == null) {
      throw new AssertionError("a table without a schema");
    }
    return schema;
  }

  private void update(List<Field> columns) {
    client.update(TableInfo.of(TABLE, StandardTableDefinition.of(Schema.of(columns))));
  }

  private static final ProtoSchema MESSAGE =
      ProtoSchema.newBuilder()
          .setProtoDescriptor(
              DescriptorProto.newBuilder()
                  .setName("row")
                  .addField(field("id", 1, Type.TYPE_STRING))
                  .addField(field("amount", 2, Type.TYPE_INT64))
                  .addField(field("_CHANGE_TYPE", 3, Type.TYPE_STRING))
                  .addField(field("_CHANGE_SEQUENCE_NUMBER", 4, Type.TYPE_STRING)))
          .build();

  private static FieldDescriptorProto field(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setType(type).build();
  }

  private record OneRow(@Nullable String id, long amount, String change, String sequence) {
    com.google.protobuf.ByteString bytes() {
      var bytes = new ByteArrayOutputStream();
      try {
        var out = CodedOutputStream.newInstance(bytes);
        if (id != null) {
          out.writeString(1, id);
        }
        out.writeInt64(2, amount);
        if (!change.isEmpty()) {
          out.writeString(3, change);
          out.writeString(4, sequence);
        }
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return com.google.protobuf.ByteString.copyFrom(bytes.toByteArray());
    }
  }

  private AppendRowsResponse append(String stream, @Nullable Long offset, OneRow... all) {
    var some = ProtoRows.newBuilder();
    for (var row : all) {
      some.addSerializedRows(row.bytes());
    }
    var request =
        AppendRowsRequest.newBuilder()
            .setWriteStream(stream)
            .setProtoRows(
                AppendRowsRequest.ProtoData.newBuilder().setWriterSchema(MESSAGE).setRows(some));
    if (offset != null) {
      request.setOffset(Int64Value.of(offset));
    }
    var call = rows.appendRowsCallable().call();
    call.send(request.build());
    try {
      return call.iterator().next();
    } finally {
      call.cancel();
    }
  }

  private static String parent() {
    return "projects/acequia/datasets/shop/tables/orders";
  }

  private String stream() {
    return rows.createWriteStream(
            parent(), WriteStream.newBuilder().setType(WriteStream.Type.COMMITTED).build())
        .getName();
  }

  private static Code code(AppendRowsResponse answer) {
    return Code.values()[answer.getError().getCode()];
  }

  @Test
  void anOffsetOfAStreamIsTakenOnceAndAnEndedStreamTakesNone() throws Exception {
    makeTable();
    var stream = stream();
    assertTrue(append(stream, 0L, new OneRow("a", 1, "", "")).hasAppendResult());
    assertEquals(Code.ALREADY_EXISTS, code(append(stream, 0L, new OneRow("a", 1, "", ""))));
    assertEquals(Code.OUT_OF_RANGE, code(append(stream, 5L, new OneRow("b", 1, "", ""))));
    assertEquals(1, rows.finalizeWriteStream(stream).getRowCount());
    assertEquals(Code.INVALID_ARGUMENT, code(append(stream, 1L, new OneRow("b", 1, "", ""))));
    assertEquals(
        Code.NOT_FOUND, code(append(parent() + "/streams/none", 0L, new OneRow("b", 1, "", ""))));
    assertEquals(List.of(List.of("a")), query("SELECT id FROM " + NAME));
  }

  @Test
  void rowsThatTheTableCannotHoldAreNamedAndNoneOfTheRequestIsStored() throws Exception {
    makeTable();
    server.refuse(row -> "bad".equals(row.get("id")));
    var answer =
        append(
            stream(),
            0L,
            new OneRow("a", 1, "", ""),
            new OneRow(null, 1, "", ""),
            new OneRow("bad", 1, "", ""));
    assertEquals(
        List.of(1L, 2L), answer.getRowErrorsList().stream().map(row -> row.getIndex()).toList());
    assertEquals(List.of(), query("SELECT id FROM " + NAME));
  }

  @Test
  void ofTheChangesOfAKeyTheOneWithTheGreatestSequenceCounts() throws Exception {
    makeTable();
    var changes = parent() + "/streams/_default";
    append(
        changes,
        null,
        new OneRow("a", 1, "UPSERT", "1/A"),
        new OneRow("a", 2, "UPSERT", "1/9"),
        new OneRow("b", 3, "UPSERT", "0/FFFFFFFFFFFFFFFF"),
        new OneRow("b", 4, "UPSERT", "1/0"),
        new OneRow("c", 5, "DELETE", "2"));
    append(changes, null, new OneRow("c", 6, "UPSERT", "1/F"));
    assertEquals(
        List.of(List.of("a", "1"), List.of("b", "4")),
        query("SELECT id, amount FROM " + NAME + " ORDER BY id"));
    assertThrows(BigQueryException.class, () -> change("DELETE FROM " + NAME + " WHERE TRUE"));
  }

  @Test
  void aCallMayFailBeforeItsEffectOrAfterIt() throws Exception {
    makeTable();
    var stream = stream();
    server.faults(call -> call.method().equals("AppendRows") ? Fault.UNAVAILABLE : Fault.NONE);
    assertThrows(UnavailableException.class, () -> append(stream, 0L, new OneRow("a", 1, "", "")));
    assertEquals(List.of(), query("SELECT id FROM " + NAME));
    server.faults(call -> call.method().equals("AppendRows") ? Fault.ANSWER_LOST : Fault.NONE);
    assertThrows(UnavailableException.class, () -> append(stream, 0L, new OneRow("a", 1, "", "")));
    assertEquals(List.of(List.of("a")), query("SELECT id FROM " + NAME));
    server.faults(Faults.NONE);
    server.cutConnections();
    assertEquals(1, rows.finalizeWriteStream(stream).getRowCount());
  }

  @Test
  void whatItHoldsIsThereAgainAfterAnEndInOrder(@TempDir Path folder) throws Exception {
    end();
    var file = folder.resolve("bigquery");
    connect(LocalBigQuery.start(file, 0, 0));
    makeTable();
    var stream = stream();
    append(stream, 0L, new OneRow("a", 1, "", ""));
    var other = TableId.of(LocalBigQuery.PROJECT, "shop", "others");
    client.create(
        TableInfo.of(
            other,
            StandardTableDefinition.of(Schema.of(Field.of("n", StandardSQLTypeName.INT64)))));
    change("INSERT INTO `acequia.shop.others` (n) VALUES (7)");
    var changes = parent() + "/streams/_default";
    append(changes, null, new OneRow("b", 2, "UPSERT", "5"), new OneRow("c", 2, "DELETE", "5"));
    end();
    connect(LocalBigQuery.start(file, 0, 0));
    append(changes, null, new OneRow("b", 9, "UPSERT", "4"), new OneRow("c", 9, "UPSERT", "4"));
    assertEquals(
        List.of(List.of("a", "1"), List.of("b", "2")),
        query("SELECT id, amount FROM " + NAME + " ORDER BY id"));
    assertEquals(List.of(List.of("7")), query("SELECT n FROM `acequia.shop.others`"));
    assertEquals(1, rows.finalizeWriteStream(stream).getRowCount());
    assertNull(client.getTable(TableId.of("shop", "nothing")));
  }
}
