package dev.acequia.benchmarks.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Int64Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Appends each record of a topic to BigQuery by the Storage Write API's client. */
public final class BigQueryLoop {
  static final String TARGET = "LOOP_TARGET";

  /** {@code projects/…/datasets/…/tables/…}. */
  static final String TABLE = "LOOP_TABLE";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Descriptor row;
  private final boolean upserts = PlainLoop.upserts();

  private BigQueryLoop() throws DescriptorValidationException {
    var message = DescriptorProto.newBuilder().setName("Row");
    add(message, "time_hour", FieldDescriptorProto.Type.TYPE_INT64);
    add(message, "carrier", FieldDescriptorProto.Type.TYPE_STRING);
    add(message, "flight", FieldDescriptorProto.Type.TYPE_INT64);
    add(message, "origin", FieldDescriptorProto.Type.TYPE_STRING);
    add(message, "dest", FieldDescriptorProto.Type.TYPE_STRING);
    add(message, "tailnum", FieldDescriptorProto.Type.TYPE_STRING);
    add(message, "dep_delay", FieldDescriptorProto.Type.TYPE_DOUBLE);
    add(message, "arr_delay", FieldDescriptorProto.Type.TYPE_DOUBLE);
    add(message, "distance", FieldDescriptorProto.Type.TYPE_DOUBLE);
    add(message, "topic_partition", FieldDescriptorProto.Type.TYPE_INT64);
    add(message, "topic_offset", FieldDescriptorProto.Type.TYPE_INT64);
    if (upserts) {
      add(message, "_CHANGE_TYPE", FieldDescriptorProto.Type.TYPE_STRING);
      add(message, "_CHANGE_SEQUENCE_NUMBER", FieldDescriptorProto.Type.TYPE_STRING);
    }
    var file = FileDescriptorProto.newBuilder().setName("row.proto").addMessageType(message);
    row =
        FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]).findMessageTypeByName("Row");
  }

  private static void add(
      DescriptorProto.Builder message, String name, FieldDescriptorProto.Type type) {
    message.addField(
        FieldDescriptorProto.newBuilder()
            .setName(name)
            .setType(type)
            .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
            .setNumber(message.getFieldCount() + 1));
  }

  /** Stores all records, and waits for its end. */
  public static void main(String[] arguments) throws Exception {
    var loop = new BigQueryLoop();
    try (var client = client()) {
      var table = PlainLoop.told(TABLE);
      var stream =
          loop.upserts
              ? table + "/streams/_default"
              : client
                  .createWriteStream(
                      table, WriteStream.newBuilder().setType(WriteStream.Type.COMMITTED).build())
                  .getName();
      var call =
          client
              .appendRowsCallable()
              .call(
                  GrpcCallContext.createDefault()
                      .withExtraHeaders(
                          Map.of("x-goog-request-params", List.of("write_stream=" + stream))));
      var answers = call.iterator();
      var end = new long[1];
      PlainLoop.run(
          records -> {
            call.send(loop.request(stream, end[0], records));
            end[0] += records.size();
            var answer = answers.next();
            if (!answer.hasAppendResult()) {
              throw new IllegalStateException(answer.toString());
            }
          });
    }
  }

  private static BigQueryWriteClient client() throws IOException {
    var channel =
        InstantiatingGrpcChannelProvider.newBuilder()
            .setEndpoint(PlainLoop.told(TARGET))
            .setChannelConfigurator(channelBuilder -> channelBuilder.usePlaintext())
            .build();
    return BigQueryWriteClient.create(
        BigQueryWriteSettings.newBuilder()
            .setTransportChannelProvider(channel)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .build());
  }

  private AppendRowsRequest request(
      String stream, long offset, List<ConsumerRecord<byte[], byte[]>> records) {
    var rows = ProtoRows.newBuilder();
    records.forEach(record -> rows.addSerializedRows(row(record)));
    var request =
        AppendRowsRequest.newBuilder()
            .setWriteStream(stream)
            .setProtoRows(
                AppendRowsRequest.ProtoData.newBuilder()
                    .setWriterSchema(ProtoSchema.newBuilder().setProtoDescriptor(row.toProto()))
                    .setRows(rows));
    return upserts ? request.build() : request.setOffset(Int64Value.of(offset)).build();
  }

  private ByteString row(ConsumerRecord<byte[], byte[]> record) {
    var message = DynamicMessage.newBuilder(row);
    try {
      JSON.readTree(record.value())
          .properties()
          .forEach(field -> set(message, field.getKey(), field.getValue()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    set(message, "topic_partition", (long) record.partition());
    set(message, "topic_offset", record.offset());
    if (upserts) {
      set(message, "_CHANGE_TYPE", "UPSERT");
      set(message, "_CHANGE_SEQUENCE_NUMBER", Long.toHexString(record.offset()));
    }
    return message.build().toByteString();
  }

  private void set(DynamicMessage.Builder message, String name, JsonNode value) {
    switch (row.findFieldByName(name).getJavaType()) {
      case DOUBLE -> set(message, name, value.doubleValue());
      case STRING -> set(message, name, value.textValue());
      default ->
          set(
              message,
              name,
              value.isTextual()
                  ? Instant.parse(value.textValue()).getEpochSecond() * 1_000_000
                  : value.longValue());
    }
  }

  private void set(DynamicMessage.Builder message, String name, Object value) {
    message.setField(row.findFieldByName(name), value);
  }
}
