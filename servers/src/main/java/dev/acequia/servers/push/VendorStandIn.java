package dev.acequia.servers.push;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The certificates, keys and confirmations of Amazon and Google, at one address of this machine. An
 * API trusts it in place of theirs where its platform says so.
 */
public final class VendorStandIn implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, String> documents = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> googleKeys = new ArrayList<>();

  public VendorStandIn() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          var path = exchange.getRequestURI().toString();
          asked.add(path);
          var document = documents.get(path);
          if (document == null) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            var bytes = document.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    server.start();
  }

  public String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Puts a document at a path; the answer is its address. */
  public String serve(String path, String document) {
    documents.put(path, document);
    return origin() + path;
  }

  /** Puts Google's keys where its tokens are verified by them; a JWK set. */
  public void serveGoogleKeys(String keys) {
    serve("/oauth2/v3/certs", keys);
  }

  /** Serves one more key, a JWK, in place of what {@link #serveGoogleKeys} served. */
  synchronized void addGoogleKey(String key) {
    googleKeys.add(key);
    serveGoogleKeys("{\"keys\":[" + String.join(",", googleKeys) + "]}");
  }

  /** How often a path was asked for. */
  public long asked(String path) {
    return asked.stream().filter(path::equals).count();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
