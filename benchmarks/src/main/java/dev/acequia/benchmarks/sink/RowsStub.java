package dev.acequia.benchmarks.sink;

import com.google.cloud.bigquery.storage.v1.AppendRowsRequest;
import com.google.cloud.bigquery.storage.v1.AppendRowsResponse;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteGrpc;
import com.google.cloud.bigquery.storage.v1.CreateWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.FinalizeWriteStreamRequest;
import com.google.cloud.bigquery.storage.v1.FinalizeWriteStreamResponse;
import com.google.cloud.bigquery.storage.v1.WriteStream;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The Storage Write API, where all rows are stored at once and none is kept. */
final class RowsStub extends BigQueryWriteGrpc.BigQueryWriteImplBase implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 64 << 20;

  private final ManagedChannel channel;
  private final BigQueryWriteGrpc.BigQueryWriteBlockingStub streams;
  private final Server server;
  private final AtomicLong rows = new AtomicLong();

  /**
   * A stub that listens.
   *
   * @param port of the double, which has the streams
   */
  RowsStub(int port) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    streams = BigQueryWriteGrpc.newBlockingStub(channel);
    try {
      server =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
              .addService(this)
              .maxInboundMessageSize(LARGEST_MESSAGE)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  /** How many rows it has taken. */
  long rows() {
    return rows.get();
  }

  @Override
  public StreamObserver<AppendRowsRequest> appendRows(StreamObserver<AppendRowsResponse> observer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(AppendRowsRequest request) {
        rows.addAndGet(request.getProtoRows().getRows().getSerializedRowsCount());
        var result = AppendRowsResponse.AppendResult.newBuilder();
        if (request.hasOffset()) {
          result.setOffset(request.getOffset());
        }
        observer.onNext(AppendRowsResponse.newBuilder().setAppendResult(result).build());
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        observer.onCompleted();
      }
    };
  }

  @Override
  public void createWriteStream(
      CreateWriteStreamRequest request, StreamObserver<WriteStream> observer) {
    pass(observer, () -> streams.createWriteStream(request));
  }

  @Override
  public void finalizeWriteStream(
      FinalizeWriteStreamRequest request, StreamObserver<FinalizeWriteStreamResponse> observer) {
    pass(observer, () -> streams.finalizeWriteStream(request));
  }

  private static <T> void pass(StreamObserver<T> observer, Supplier<T> call) {
    try {
      observer.onNext(call.get());
      observer.onCompleted();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    channel.shutdownNow();
  }
}
