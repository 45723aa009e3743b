package dev.acequia.stores.bigquery.client;

import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.BidiStream;
import com.google.api.gax.rpc.NotFoundException;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.cloud.bigquery.storage.v1.StorageError;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;

/** Streams of rows into tables. */
public final class RowStreams implements AutoCloseable {
  /** Of one request: those that take longer have lost their connection. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Attempts at one request whose outcome is unknown, within some seconds. */
  private static final int ATTEMPTS = 4;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  private final BigQueryWriteClient client;

  public RowStreams(BigQueryWriteClient client) {
    this.client = client;
  }

  /** What became of a request. */
  public sealed interface Outcome {
    /** Its rows are in the table. */
    record Stored() implements Outcome {}

    /** The stream takes no rows any more, or other rows stand at the offset. */
    record Over() implements Outcome {}

    /** None of its rows is in the table, since the service does not take some of them. */
    record Refused(List<RowError> rows) implements Outcome {}
  }

  /** The stream of a table that is always there and has no offsets. */
  public static String defaultStream(TableId table) {
    return parent(table) + "/streams/_default";
  }

  private static String parent(TableId table) {
    return "projects/%s/datasets/%s/tables/%s"
        .formatted(table.getProject(), table.getDataset(), table.getTable());
  }

  /** Makes a stream whose rows can be read when they are acknowledged. */
  public String create(TableId table) throws StoreUnavailableException {
    return BigQueryFailure.of(
        () ->
            client
                .createWriteStream(
                    parent(table),
                    WriteStream.newBuilder().setType(WriteStream.Type.COMMITTED).build())
                .getName());
  }

  /**
   * Ends a stream: it takes no rows after this.
   *
   * @return how many rows it has taken; empty when there is no such stream any more
   */
  public OptionalLong finish(String stream) throws StoreUnavailableException {
    return BigQueryFailure.of(
        () -> {
          try {
            return OptionalLong.of(client.finalizeWriteStream(stream).getRowCount());
          } catch (NotFoundException e) {
            return OptionalLong.empty();
          }
        });
  }

  /**
   * Appends rows at an offset of a stream; sent again while the outcome is unknown, since an offset
   * is taken once.
   *
   * @throws StoreUnavailableException when the outcome stays unknown
   */
  public Outcome append(String stream, ProtoSchema schema, ProtoRows rows, long offset)
      throws StoreUnavailableException {
    return append(
        request(stream, schema, rows).setOffset(Int64Value.of(offset)).build(), FIRST_PAUSE);
  }

  /** Sends changes to a table's default stream, again while the outcome is unknown. */
  public Outcome change(TableId table, ProtoSchema schema, ProtoRows rows)
      throws StoreUnavailableException {
    return append(request(defaultStream(table), schema, rows).build(), FIRST_PAUSE);
  }

  private static AppendRowsRequest.Builder request(
      String stream, ProtoSchema schema, ProtoRows rows) {
    return AppendRowsRequest.newBuilder()
        .setWriteStream(stream)
        .setProtoRows(
            AppendRowsRequest.ProtoData.newBuilder().setWriterSchema(schema).setRows(rows));
  }

  private Outcome append(AppendRowsRequest request, Duration firstPause)
      throws StoreUnavailableException {
    var pause = firstPause;
    for (var attempt = 1; ; attempt++) {
      try {
        return send(request);
      } catch (StoreRefusedException e) {
        throw e;
      } catch (StoreUnavailableException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
      Pauses.pause(pause);
      pause = pause.multipliedBy(3);
    }
  }

  private Outcome send(AppendRowsRequest request) throws StoreUnavailableException {
    BidiStream<AppendRowsRequest, AppendRowsResponse> call = null;
    try {
      call = client.appendRowsCallable().call(context(request.getWriteStream()));
      call.send(request);
      var answer = call.iterator().next();
      return outcome(answer);
    } catch (ApiException e) {
      return outcome(e);
    } catch (NoSuchElementException e) {
      throw new StoreUnavailableException("BigQuery closed the connection without an answer", e);
    } finally {
      if (call != null) {
        close(call);
      }
    }
  }

  private static void close(BidiStream<AppendRowsRequest, AppendRowsResponse> call) {
    try {
      call.closeSend();
    } catch (IllegalStateException alreadyClosed) {
      // The service has ended the call.
    }
    call.cancel();
  }

  /** The service finds the table's region by the header. */
  private static GrpcCallContext context(String stream) {
    return GrpcCallContext.createDefault()
        .withTimeoutDuration(PATIENCE)
        .withExtraHeaders(Map.of("x-goog-request-params", List.of("write_stream=" + stream)));
  }

  private static Outcome outcome(AppendRowsResponse answer) throws StoreUnavailableException {
    if (answer.hasAppendResult()) {
      return new Outcome.Stored();
    }
    if (answer.getRowErrorsCount() > 0) {
      return new Outcome.Refused(answer.getRowErrorsList());
    }
    var error = answer.getError();
    return switch (Code.values()[error.getCode()]) {
      case OK, ALREADY_EXISTS -> new Outcome.Stored();
      case OUT_OF_RANGE, FAILED_PRECONDITION, NOT_FOUND -> new Outcome.Over();
      case INVALID_ARGUMENT -> throw invalid(error);
      case PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED ->
          throw new StoreRefusedException(words(error));
      case CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          throw new StoreUnavailableException(words(error));
    };
  }

  private static Outcome outcome(ApiException failure) throws StoreUnavailableException {
    return switch (failure.getStatusCode().getCode()) {
      case ALREADY_EXISTS -> new Outcome.Stored();
      case OUT_OF_RANGE, FAILED_PRECONDITION, NOT_FOUND -> new Outcome.Over();
      case OK,
          CANCELLED,
          UNKNOWN,
          INVALID_ARGUMENT,
          DEADLINE_EXCEEDED,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          UNIMPLEMENTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS,
          UNAUTHENTICATED ->
          throw BigQueryFailure.of(failure);
    };
  }

  /** A column that was added is not known to all of the service at once. */
  private static StoreUnavailableException invalid(Status error) {
    for (var detail : error.getDetailsList()) {
      if (detail.is(StorageError.class)) {
        try {
          if (detail.unpack(StorageError.class).getCode()
              == StorageError.StorageErrorCode.SCHEMA_MISMATCH_EXTRA_FIELDS) {
            return new StoreUnavailableException(words(error));
          }
        } catch (InvalidProtocolBufferException e) {
          return new StoreRefusedException(words(error), e);
        }
      }
    }
    return new StoreRefusedException(words(error));
  }

  private static String words(Status error) {
    return "BigQuery says %s: %s".formatted(Code.values()[error.getCode()], error.getMessage());
  }

  @Override
  public void close() {
    client.close();
  }
}
