package dev.acequia.benchmarks.faults;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Stands between one process and a service that speaks gRPC in the clear, and spoils messages. */
final class RowsProxy implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 64 << 20;

  private static final Status BROKEN = Status.UNAVAILABLE.withDescription("the connection broke");

  /** Tells from its messages where in a batch a process is. */
  interface Protocol {
    /** The moments that a process is at which is about to send a message of this method. */
    List<Moment> moments(String method);
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final IntSupplier port;
  private final Protocol protocol;
  private final Traps traps;
  private final SpoiledCalls spoiled;
  private final Server server;
  private @Nullable ManagedChannel channel;
  private int channelPort;

  /**
   * A proxy that listens.
   *
   * @param port of the service on 127.0.0.1
   */
  RowsProxy(IntSupplier port, Protocol protocol, Traps traps, SpoiledCalls spoiled) {
    this.port = port;
    this.protocol = protocol;
    this.traps = traps;
    this.spoiled = spoiled;
    try {
      server =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
              .executor(threads)
              .maxInboundMessageSize(LARGEST_MESSAGE)
              .fallbackHandlerRegistry(new AllMethods())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  private synchronized ManagedChannel channel() {
    var open = channel;
    if (open != null && channelPort == port.getAsInt()) {
      open.resetConnectBackoff();
      return open;
    }
    if (open != null) {
      open.shutdownNow();
    }
    channelPort = port.getAsInt();
    open =
        NettyChannelBuilder.forAddress("127.0.0.1", channelPort)
            .usePlaintext()
            .executor(threads)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .build();
    channel = open;
    return open;
  }

  @Override
  public void close() {
    server.shutdownNow();
    synchronized (this) {
      if (channel != null) {
        channel.shutdownNow();
      }
    }
    threads.shutdownNow();
  }

  private final class AllMethods extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      var method =
          MethodDescriptor.<byte[], byte[]>newBuilder()
              .setFullMethodName(name)
              .setType(MethodDescriptor.MethodType.UNKNOWN)
              .setRequestMarshaller(BYTES)
              .setResponseMarshaller(BYTES)
              .build();
      return ServerMethodDefinition.create(
          method, (call, headers) -> new Passage(call, method).begin(channel(), headers));
    }
  }

  /** One call. */
  private final class Passage {
    private final ServerCall<byte[], byte[]> process;
    private final MethodDescriptor<byte[], byte[]> method;
    private boolean isOver;
    private volatile boolean losesAnswer;

    Passage(ServerCall<byte[], byte[]> process, MethodDescriptor<byte[], byte[]> method) {
      this.process = process;
      this.method = method;
    }

    ServerCall.Listener<byte[]> begin(ManagedChannel to, Metadata headers) {
      var service = to.newCall(method, CallOptions.DEFAULT);
      service.start(new Answers(), headers);
      service.request(Integer.MAX_VALUE);
      process.request(Integer.MAX_VALUE);
      return new Messages(service);
    }

    private synchronized void breakOff(ClientCall<byte[], byte[]> service) {
      end(BROKEN, new Metadata());
      service.cancel("the connection broke", null);
    }

    private String name() {
      var whole = method.getFullMethodName();
      return whole.substring(whole.lastIndexOf('/') + 1);
    }

    private synchronized void end(Status status, Metadata trailers) {
      if (!isOver) {
        isOver = true;
        process.close(status, trailers);
      }
    }

    private final class Messages extends ServerCall.Listener<byte[]> {
      private final ClientCall<byte[], byte[]> service;

      Messages(ClientCall<byte[], byte[]> service) {
        this.service = service;
      }

      @Override
      public void onMessage(byte[] message) {
        var fault = spoiled.draw();
        if (fault.isPresent()) {
          switch (fault.get()) {
            case THROTTLED -> {
              end(Status.RESOURCE_EXHAUSTED, new Metadata());
              service.cancel("throttled", null);
              return;
            }
            case LOST_CALL -> {
              breakOff(service);
              return;
            }
            case LOST_ANSWER -> losesAnswer = true;
          }
        } else {
          switch (traps.springAt(protocol.moments(name()))) {
            case PASS -> {}
            case CUT -> {
              breakOff(service);
              return;
            }
            case LOSE_ANSWER -> losesAnswer = true;
          }
        }
        try {
          service.sendMessage(message);
        } catch (IllegalStateException e) {
          breakOff(service); // the service has ended the call
        }
      }

      @Override
      public void onHalfClose() {
        try {
          service.halfClose();
        } catch (IllegalStateException e) {
          breakOff(service);
        }
      }

      @Override
      public void onCancel() {
        service.cancel("the process is gone", null);
      }
    }

    private final class Answers extends ClientCall.Listener<byte[]> {
      @Override
      public void onHeaders(Metadata headers) {
        synchronized (Passage.this) {
          if (!isOver) {
            process.sendHeaders(headers);
          }
        }
      }

      @Override
      public void onMessage(byte[] message) {
        synchronized (Passage.this) {
          if (isOver) {
            return;
          }
          if (losesAnswer) {
            end(BROKEN, new Metadata());
          } else {
            process.sendMessage(message);
          }
        }
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        end(losesAnswer ? BROKEN : status, trailers);
      }
    }
  }
}
