package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.PeerProgram;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.FlightsPipeline;
import dev.acequia.benchmarks.serving.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** The peer: pREST over the same table, as the same role, with as many connections as it likes. */
final class Prest {
  static final String NAME = "pREST 1.5.5";

  private Prest() {}

  /** Starts it, and waits until it answers. */
  static Server start(Workplace workplace, int connections, Progress progress)
      throws IOException, InterruptedException {
    var program = PeerProgram.of("prest", progress);
    var database = URI.create(workplace.postgres().uri(FlightsPipeline.DATABASE));
    var host = "127.0.0.1";
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var environment =
        Map.ofEntries(
            Map.entry("PREST_CONF", workplace.folder().resolve("none.toml").toString()),
            Map.entry("PREST_HTTP_HOST", host),
            Map.entry("PREST_HTTP_PORT", Integer.toString(port)),
            Map.entry("PREST_PG_HOST", database.getHost()),
            Map.entry("PREST_PG_PORT", Integer.toString(database.getPort())),
            Map.entry("PREST_PG_USER", FlightsPipeline.READER),
            Map.entry("PREST_PG_PASS", FlightsPipeline.READER_PASSWORD),
            Map.entry("PREST_PG_DATABASE", FlightsPipeline.DATABASE),
            Map.entry("PREST_PG_SSL_MODE", "disable"),
            // Its default keeps no connection: each request would open one.
            Map.entry("PREST_PG_MAXIDLECONN", Integer.toString(connections)),
            Map.entry("PREST_PG_MAXOPENCONN", Integer.toString(connections)),
            Map.entry("PREST_JSON_AGG_TYPE", "json_agg"),
            Map.entry("PREST_JWT_DEFAULT", "false"),
            Map.entry("PREST_CACHE_STORAGEPATH", workplace.folder().toString()),
            Map.entry("PREST_QUERIES_LOCATION", workplace.folder().resolve("queries").toString()));
    var process =
        MeasuredProcess.start(
            NAME,
            List.of(program.toString()),
            environment,
            workplace.folder().resolve("prest.log"));
    return new Server(process, new InetSocketAddress(host, port))
        .awaitReady(port, "/" + FlightsPipeline.DATABASE + "/bench/flights?_page=1&_page_size=1");
  }
}
