package dev.acequia.servers.bigquery;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteGrpc;
import com.google.cloud.bigquery.storage.v1.CreateWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.FinalizeWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.FinalizeWriteStreamResponse;
import com.google.cloud.bigquery.storage.v1.GetWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.zetasql.Value;
import dev.acequia.servers.bigquery.Faults.Call;
import dev.acequia.servers.bigquery.Faults.Fault;
import dev.acequia.servers.bigquery.Table.Change;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of <a href="https://cloud.google.com/bigquery/docs/reference/storage/rpc">BigQuery's
 * Storage Write API</a> that writes: committed streams, and default streams with and without
 * changes.
 */
final class RowsInterface extends BigQueryWriteGrpc.BigQueryWriteImplBase {
  private static final Pattern TABLE =
      Pattern.compile("projects/([^/]+)/datasets/([^/]+)/tables/([^/]+)(?:/.*)?");
  private static final String DEFAULT = "/streams/_default";
  private static final String CHANGE_TYPE = "_CHANGE_TYPE";
  private static final String SEQUENCE = "_CHANGE_SEQUENCE_NUMBER";

  /** https://cloud.google.com/bigquery/quotas#write-api-limits. */
  private static final int REQUEST_BYTES = 10_000_000;

  private final Warehouse warehouse;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Faults faults = Faults.NONE;
  private volatile Predicate<Map<String, Object>> refused = row -> false;

  RowsInterface(Warehouse warehouse) {
    this.warehouse = warehouse;
  }

  int connections() {
    return connections.get();
  }

  void faults(Faults next) {
    faults = next;
  }

  void refuse(Predicate<Map<String, Object>> rows) {
    refused = rows;
  }

  /** Something that a call does. */
  private interface Action<T> {
    @Nullable T run() throws ServiceException;
  }

  /** Answers a call that has one answer, or breaks as the faults have it. */
  private <T> void answer(
      String method, String subject, StreamObserver<T> observer, Action<T> action) {
    var fault = faults.of(new Call(method, subject));
    switch (fault) {
      case UNAVAILABLE -> observer.onError(Status.UNAVAILABLE.asRuntimeException());
      case THROTTLED -> observer.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
      case NONE, ANSWER_LOST, SILENT, CONFLICT -> {
        try {
          var answer = action.run();
          switch (fault) {
            case ANSWER_LOST ->
                observer.onError(
                    Status.UNAVAILABLE
                        .withDescription("the connection broke")
                        .asRuntimeException());
            case SILENT -> {}
            case NONE, UNAVAILABLE, THROTTLED, CONFLICT -> {
              if (answer == null) {
                observer.onError(
                    Status.NOT_FOUND
                        .withDescription("Requested entity was not found: " + subject)
                        .asRuntimeException());
              } else {
                observer.onNext(answer);
                observer.onCompleted();
              }
            }
          }
        } catch (ServiceException e) {
          observer.onError(status(e).withDescription(e.getMessage()).asRuntimeException());
        }
      }
    }
  }

  private static Status status(ServiceException e) {
    return e.status() == 404 ? Status.NOT_FOUND : Status.INVALID_ARGUMENT;
  }

  private static String table(String path) throws ServiceException {
    var parts = TABLE.matcher(path);
    if (!parts.matches()) {
      throw ServiceException.invalid("Invalid resource name: " + path);
    }
    return parts.group(1) + "." + parts.group(2) + "." + parts.group(3);
  }

  @Override
  public void createWriteStream(
      CreateWriteStreamRequest request, StreamObserver<WriteStream> observer) {
    answer(
        "CreateWriteStream",
        request.getParent(),
        observer,
        () -> {
          if (request.getWriteStream().getType() != WriteStream.Type.COMMITTED) {
            throw ServiceException.invalid("The stand-in has committed streams only");
          }
          return request.getWriteStream().toBuilder()
              .setName(warehouse.addStream(table(request.getParent())))
              .build();
        });
  }

  @Override
  public void getWriteStream(GetWriteStreamRequest request, StreamObserver<WriteStream> observer) {
    answer(
        "GetWriteStream",
        request.getName(),
        observer,
        () ->
            warehouse.stream(request.getName()) == null
                ? null
                : WriteStream.newBuilder()
                    .setName(request.getName())
                    .setType(WriteStream.Type.COMMITTED)
                    .build());
  }

  @Override
  public void finalizeWriteStream(
      FinalizeWriteStreamRequest request, StreamObserver<FinalizeWriteStreamResponse> observer) {
    answer(
        "FinalizeWriteStream",
        request.getName(),
        observer,
        () -> {
          var stream = warehouse.end(request.getName());
          return stream == null
              ? null
              : FinalizeWriteStreamResponse.newBuilder().setRowCount(stream.rows()).build();
        });
  }

  @Override
  public StreamObserver<AppendRowsRequest> appendRows(StreamObserver<AppendRowsResponse> observer) {
    connections.incrementAndGet();
    return new StreamObserver<>() {
      private String name = "";
      private @Nullable Descriptor schema;
      private boolean isOver;

      @Override
      public void onNext(AppendRowsRequest request) {
        if (isOver) {
          return;
        }
        if (!request.getWriteStream().isEmpty()) {
          name = request.getWriteStream();
        }
        var fault = faults.of(new Call("AppendRows", name));
        if (fault == Fault.UNAVAILABLE || fault == Fault.THROTTLED) {
          isOver = true;
          observer.onError(
              (fault == Fault.UNAVAILABLE ? Status.UNAVAILABLE : Status.RESOURCE_EXHAUSTED)
                  .asRuntimeException());
          return;
        }
        AppendRowsResponse answer;
        try {
          if (request.getProtoRows().hasWriterSchema()) {
            schema = descriptor(request);
          }
          if (schema == null) {
            throw ServiceException.invalid("The first request needs a writer schema");
          }
          answer = append(name, schema, request);
        } catch (ServiceException e) {
          answer =
              failed(
                  name,
                  status(e).getCode(),
                  StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED,
                  e.getMessage());
        }
        switch (fault) {
          case ANSWER_LOST -> {
            isOver = true;
            observer.onError(
                Status.UNAVAILABLE.withDescription("the connection broke").asRuntimeException());
          }
          case SILENT -> isOver = true;
          case NONE, UNAVAILABLE, THROTTLED, CONFLICT -> observer.onNext(answer);
        }
      }

      @Override
      public void onError(Throwable gone) {
        isOver = true;
      }

      @Override
      public void onCompleted() {
        if (!isOver) {
          isOver = true;
          observer.onCompleted();
        }
      }
    };
  }

  private static Descriptor descriptor(AppendRowsRequest request) throws ServiceException {
    var message = request.getProtoRows().getWriterSchema().getProtoDescriptor();
    try {
      var file = FileDescriptorProto.newBuilder().setName("rows").addMessageType(message).build();
      return FileDescriptor.buildFrom(file, new FileDescriptor[0])
          .findMessageTypeByName(message.getName());
    } catch (DescriptorValidationException e) {
      throw ServiceException.invalid("Invalid proto schema: " + e.getMessage());
    }
  }

  private AppendRowsResponse append(String name, Descriptor schema, AppendRowsRequest request)
      throws ServiceException {
    if (request.getSerializedSize() > REQUEST_BYTES) {
      throw ServiceException.invalid(
          "AppendRows request too large: %d limit %d"
              .formatted(request.getSerializedSize(), REQUEST_BYTES));
    }
    var table = warehouse.table(table(name));
    for (var field : schema.getFields()) {
      if (!isChange(field) && table.index(field.getName()) < 0) {
        return failed(
            name,
            Code.INVALID_ARGUMENT,
            StorageErrorCode.SCHEMA_MISMATCH_EXTRA_FIELDS,
            "Input schema has more fields than BigQuery schema, extra fields: '"
                + field.getName()
                + "'");
      }
    }
    var rows = new ArrayList<DecodedRow>();
    var errors = new ArrayList<RowError>();
    for (var bytes : request.getProtoRows().getRows().getSerializedRowsList()) {
      var index = rows.size() + errors.size();
      var row = decode(table, schema, bytes);
      if (row.error() == null) {
        rows.add(row);
      } else {
        errors.add(
            RowError.newBuilder()
                .setIndex(index)
                .setCode(RowError.RowErrorCode.FIELDS_ERROR)
                .setMessage(row.error())
                .build());
      }
    }
    if (!errors.isEmpty()) {
      return AppendRowsResponse.newBuilder()
          .setWriteStream(name)
          .addAllRowErrors(errors)
          .setError(
              com.google.rpc.Status.newBuilder()
                  .setCode(Code.INVALID_ARGUMENT.value())
                  .setMessage(
                      "Errors found while processing rows. Please refer to the row_errors field for details."))
          .build();
    }
    return name.endsWith(DEFAULT)
        ? byDefaultStream(name, table, rows)
        : byStream(name, request, rows);
  }

  private static boolean isChange(FieldDescriptor field) {
    return field.getName().equals(CHANGE_TYPE) || field.getName().equals(SEQUENCE);
  }

  /**
   * A row.
   *
   * @param error null when the table can hold it
   */
  private record DecodedRow(
      List<Value> values, String changeType, String sequence, @Nullable String error) {}

  private DecodedRow decode(Table table, Descriptor schema, ByteString bytes)
      throws ServiceException {
    DynamicMessage message;
    try {
      message = DynamicMessage.parseFrom(schema, bytes);
    } catch (InvalidProtocolBufferException e) {
      throw ServiceException.invalid("Malformed row: " + e.getMessage());
    }
    var values = new ArrayList<Value>();
    var fields = new TreeMap<String, Object>();
    @Nullable String error = null;
    for (var column : table.columns()) {
      var field = schema.findFieldByName(column.name());
      if (field == null || !message.hasField(field)) {
        values.add(column.type().none());
        if (column.required()) {
          error = "Required field %s is missing".formatted(column.name());
        }
        continue;
      }
      var given = message.getField(field);
      fields.put(column.name(), given);
      var value = column.type().ofField(given);
      if (value == null) {
        error = "Field %s: invalid value".formatted(column.name());
      } else if (column.name().equals(table.partitionColumn())
          && !column.type().hasPartition(value)) {
        error =
            "Field %s: value is outside of the allowed bounds, which are 10 years in the past and 1 year in the future"
                .formatted(column.name());
      }
      values.add(value == null ? column.type().none() : value);
    }
    if (error == null && refused.test(fields)) {
      error = "refused";
    }
    return new DecodedRow(
        values, text(schema, message, CHANGE_TYPE), text(schema, message, SEQUENCE), error);
  }

  private static String text(Descriptor schema, DynamicMessage message, String name) {
    var field = schema.findFieldByName(name);
    return field == null ? "" : message.getField(field).toString();
  }

  private AppendRowsResponse byDefaultStream(String name, Table table, List<DecodedRow> rows)
      throws ServiceException {
    var changes = rows.stream().filter(row -> !row.changeType().isEmpty()).count();
    if (changes == 0) {
      warehouse.append(table.name(), rows.stream().map(DecodedRow::values).toList());
    } else if (changes < rows.size()) {
      throw ServiceException.invalid("All rows of a request need a _CHANGE_TYPE, or none does");
    } else if (table.key().isEmpty()) {
      throw ServiceException.invalid("Changes need a table with a primary key");
    } else {
      var all = new ArrayList<Map.Entry<List<Value>, Change>>();
      for (var row : rows) {
        var sequence = row.sequence().isEmpty() ? Sequence.FIRST : Sequence.parse(row.sequence());
        all.add(Map.entry(table.keyOf(row.values()), change(row, sequence)));
      }
      warehouse.change(table.name(), all);
    }
    return AppendRowsResponse.newBuilder()
        .setWriteStream(name)
        .setAppendResult(AppendRowsResponse.AppendResult.getDefaultInstance())
        .build();
  }

  private static Change change(DecodedRow row, Sequence sequence) throws ServiceException {
    return switch (row.changeType()) {
      case "UPSERT" -> new Change(sequence, row.values());
      case "DELETE" -> new Change(sequence, null);
      default -> throw ServiceException.invalid("Invalid _CHANGE_TYPE: " + row.changeType());
    };
  }

  private AppendRowsResponse byStream(String name, AppendRowsRequest request, List<DecodedRow> rows)
      throws ServiceException {
    if (rows.stream().anyMatch(row -> !row.changeType().isEmpty())) {
      throw ServiceException.invalid("Changes go by the default stream only");
    }
    var offset = request.hasOffset() ? (Long) request.getOffset().getValue() : null;
    var appended = warehouse.append(name, offset, rows.stream().map(DecodedRow::values).toList());
    return switch (appended) {
      case STORED -> {
        var result = AppendRowsResponse.AppendResult.newBuilder();
        if (offset != null) {
          result.setOffset(Int64Value.of(offset));
        }
        yield AppendRowsResponse.newBuilder().setWriteStream(name).setAppendResult(result).build();
      }
      case NO_STREAM ->
          failed(name, Code.NOT_FOUND, StorageErrorCode.STREAM_NOT_FOUND, "Stream not found");
      case FINAL ->
          failed(
              name,
              Code.INVALID_ARGUMENT,
              StorageErrorCode.STREAM_FINALIZED,
              "Stream has been finalized and cannot be appended");
      case THERE_ALREADY ->
          failed(
              name,
              Code.ALREADY_EXISTS,
              StorageErrorCode.OFFSET_ALREADY_EXISTS,
              "The offset is within stream, expected offset is later, received " + offset);
      case GAP ->
          failed(
              name,
              Code.OUT_OF_RANGE,
              StorageErrorCode.OFFSET_OUT_OF_RANGE,
              "The offset is beyond stream, received " + offset);
    };
  }

  private static AppendRowsResponse failed(
      String stream, Code code, StorageErrorCode storage, @Nullable String message) {
    var words = String.valueOf(message);
    var error = com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(words);
    if (storage != StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED) {
      error.addDetails(
          Any.pack(
              StorageError.newBuilder()
                  .setCode(storage)
                  .setEntity(stream)
                  .setErrorMessage(words)
                  .build()));
    }
    return AppendRowsResponse.newBuilder().setWriteStream(stream).setError(error).build();
  }
}
