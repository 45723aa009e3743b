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
import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams of rows into tables. */
public final class RowStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RowStreams.class);

  /** Of one request: those that take longer have lost their connection. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Attempts at one request whose outcome is unknown, within some seconds. */
  private static final int ATTEMPTS = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  private final BigQueryWriteClient client;

  /** Each counts against a quota for minutes, so one is kept. */
  private @Nullable Connection connection;

  private record Connection(
      String stream,
      BidiStream<AppendRowsRequest, AppendRowsResponse> call,
      Iterator<AppendRowsResponse> answers) {}

  public RowStreams(BigQueryWriteClient client) {
    this.client = client;
  }

  /** What became of a request. */
  public sealed interface Outcome {
    /** Its rows are in the table. */
    record Stored() implements Outcome {}

    /**
     * The stream takes no rows any more, or other rows stand at the offset.
     *
     * @param words of the service
     * @param mayPass whether the service may only lag behind its own answers
     */
    record Over(String words, boolean mayPass) implements Outcome {}

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
    return append(request(stream, schema, rows).setOffset(Int64Value.of(offset)).build(), null);
  }

  /** Sends changes to a table's default stream, again while the outcome is unknown. */
  public Outcome change(TableId table, ProtoSchema schema, ProtoRows rows)
      throws StoreUnavailableException {
    return append(request(defaultStream(table), schema, rows).build(), null);
  }

  /**
   * Sends changes to a table's default stream, again while the outcome is unknown.
   *
   * @param untilNanos nothing is sent after that time of {@link System#nanoTime}
   */
  public Outcome change(TableId table, ProtoSchema schema, ProtoRows rows, long untilNanos)
      throws StoreUnavailableException {
    return append(request(defaultStream(table), schema, rows).build(), untilNanos);
  }

  private static AppendRowsRequest.Builder request(
      String stream, ProtoSchema schema, ProtoRows rows) {
    return AppendRowsRequest.newBuilder()
        .setWriteStream(stream)
        .setProtoRows(
            AppendRowsRequest.ProtoData.newBuilder().setWriterSchema(schema).setRows(rows));
  }

  private Outcome append(AppendRowsRequest request, @Nullable Long untilNanos)
      throws StoreUnavailableException {
    var pause = FIRST_PAUSE;
    for (var attempt = 1; ; attempt++) {
      if (untilNanos != null && System.nanoTime() - untilNanos > 0) {
        throw new StoreUnavailableException(
            "the batch took too long, and its keys may have changed meanwhile");
      }
      try {
        var outcome = send(request);
        if (!(outcome instanceof Outcome.Over over)) {
          return outcome;
        }
        if (!over.mayPass() || attempt == ATTEMPTS) {
          LOG.info("{} takes no rows any more: {}", request.getWriteStream(), over.words());
          return outcome;
        }
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

  private synchronized Outcome send(AppendRowsRequest request) throws StoreUnavailableException {
    var isKept = false;
    try {
      var outcome = outcome(request, answer(connected(request.getWriteStream()), request));
      isKept = outcome instanceof Outcome.Stored;
      return outcome;
    } catch (ApiException e) {
      return outcome(e);
    } catch (NoSuchElementException | IllegalStateException e) {
      throw new StoreUnavailableException("BigQuery closed the connection without an answer", e);
    } finally {
      if (!isKept) {
        disconnect();
      }
    }
  }

  private Connection connected(String stream) {
    var open = connection;
    if (open != null && open.stream().equals(stream)) {
      return open;
    }
    disconnect();
    var call = client.appendRowsCallable().call(context(stream));
    open = new Connection(stream, call, call.iterator());
    connection = open;
    return open;
  }

  private static AppendRowsResponse answer(Connection open, AppendRowsRequest request) {
    var watch = Thread.ofVirtual().name("append-limit").start(() -> endAfterAll(open));
    try {
      open.call().send(request);
      return open.answers().next();
    } finally {
      watch.interrupt();
    }
  }

  private static void endAfterAll(Connection open) {
    try {
      Thread.sleep(PATIENCE);
      open.call().cancel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the answer is there
    }
  }

  private void disconnect() {
    var open = connection;
    connection = null;
    if (open == null) {
      return;
    }
    try {
      open.call().closeSend();
    } catch (IllegalStateException alreadyClosed) {
      // The service has ended the call.
    }
    open.call().cancel();
  }

  /** The service finds the table's region by the header. */
  private static GrpcCallContext context(String stream) {
    return GrpcCallContext.createDefault()
        .withExtraHeaders(Map.of("x-goog-request-params", List.of("write_stream=" + stream)));
  }

  private static Outcome outcome(AppendRowsRequest request, AppendRowsResponse answer)
      throws StoreUnavailableException {
    if (answer.hasAppendResult()) {
      var result = answer.getAppendResult();
      if (request.hasOffset()
          && result.hasOffset()
          && !result.getOffset().equals(request.getOffset())) {
        throw new StoreUnavailableException("BigQuery answered for another offset");
      }
      return new Outcome.Stored();
    }
    if (answer.getRowErrorsCount() > 0) {
      return new Outcome.Refused(answer.getRowErrorsList());
    }
    if (!answer.hasError()) {
      throw new StoreUnavailableException("BigQuery answered without a result");
    }
    return outcome(answer.getError());
  }

  private static Outcome outcome(ApiException failure) throws StoreUnavailableException {
    var error = StatusProto.fromThrowable(failure);
    return switch (failure.getStatusCode().getCode()) {
      case PERMISSION_DENIED, UNAUTHENTICATED -> throw BigQueryFailure.of(failure);
      case OK,
          ALREADY_EXISTS,
          OUT_OF_RANGE,
          FAILED_PRECONDITION,
          NOT_FOUND,
          CANCELLED,
          UNKNOWN,
          INVALID_ARGUMENT,
          DEADLINE_EXCEEDED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          UNIMPLEMENTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS -> {
        if (error == null) {
          throw BigQueryFailure.of(failure);
        }
        yield outcome(error);
      }
    };
  }

  /**
   * What an error means: by the code that the Storage Write API has for it, since the general one
   * differs from case to case; by the general one where there is no other.
   */
  private static Outcome outcome(Status error) throws StoreUnavailableException {
    return switch (storageCode(error)) {
      case OFFSET_ALREADY_EXISTS -> new Outcome.Stored();
      case STREAM_FINALIZED, STREAM_NOT_FOUND, STREAM_ALREADY_COMMITTED, INVALID_STREAM_STATE ->
          new Outcome.Over(words(error), false);
      case OFFSET_OUT_OF_RANGE -> new Outcome.Over(words(error), true);
      // What was changed or made just now is not known to all of the service at once.
      case SCHEMA_MISMATCH_EXTRA_FIELDS, TABLE_NOT_FOUND ->
          throw new StoreUnavailableException(words(error));
      default -> byGeneralCode(error);
    };
  }

  private static Outcome byGeneralCode(Status error) throws StoreUnavailableException {
    return switch (Code.values()[error.getCode()]) {
      case OK, ALREADY_EXISTS -> new Outcome.Stored();
      case OUT_OF_RANGE -> new Outcome.Over(words(error), true);
      case FAILED_PRECONDITION, NOT_FOUND -> new Outcome.Over(words(error), false);
      case INVALID_ARGUMENT -> {
        if (error.getMessage().contains("has been finalized")) {
          yield new Outcome.Over(words(error), false);
        }
        throw new StoreRefusedException(words(error));
      }
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

  private static StorageErrorCode storageCode(Status error) {
    for (var detail : error.getDetailsList()) {
      if (detail.is(StorageError.class)) {
        try {
          return detail.unpack(StorageError.class).getCode();
        } catch (InvalidProtocolBufferException e) {
          LOG.debug("an error without details", e);
        }
      }
    }
    return StorageErrorCode.STORAGE_ERROR_CODE_UNSPECIFIED;
  }

  private static String words(Status error) {
    return "BigQuery says %s: %s".formatted(Code.values()[error.getCode()], error.getMessage());
  }

  @Override
  public void close() {
    synchronized (this) {
      disconnect();
    }
    client.close();
  }
}
