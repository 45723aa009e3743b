package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.harness.WorkFolder;
import dev.acequia.servers.Home;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PostgresServer;
import dev.acequia.servers.PostgresSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;

/** A PostgreSQL that is ended and started again, or replaced by a standby of its own. */
final class FaultyPostgres implements AutoCloseable {
  private final Home home;
  private final PostgresSettings settings;
  private int number = 1;
  private volatile PostgresServer server;

  FaultyPostgres(Home home, PostgresSettings settings, FakeClock clock) {
    this.home = home;
    var parameters = new HashMap<String, String>();
    parameters.put("max_wal_size", "256MB");
    parameters.put("wal_keep_size", "256MB"); // what a standby needs that is just being made
    parameters.putAll(settings.parameters());
    this.settings = new PostgresSettings(settings.durable(), parameters, clock.environment());
    server = start();
  }

  Connection connect(String database) throws SQLException {
    return server.connect(database);
  }

  String uri(String database) {
    return server.uri(database);
  }

  InetSocketAddress address() {
    var uri = URI.create(server.uri("postgres"));
    return new InetSocketAddress(InetAddress.ofLiteral(uri.getHost()), uri.getPort());
  }

  /** What {@code pg_ctl stop -m immediate} and a start are. */
  void crash() {
    server.crash();
    server = start();
  }

  /** Starts it when it has ended by itself. */
  void startIfEnded() {
    if (!server.isAlive()) {
      server = start();
    }
  }

  /** Starts a standby that follows it, and nobody waits for. */
  Standby follow() throws SQLException {
    var next = at(number + 1);
    server.backUpTo(next);
    var link = new PostgresProxy(this::address);
    var parameters = new HashMap<>(settings.parameters());
    parameters.put(
        "primary_conninfo",
        "host=127.0.0.1 port=%d user=%s password=%s"
            .formatted(link.ports().main(), server.superuser(), server.superuserPassword()));
    return new Standby(
        PostgresServer.start(
            next,
            Ports.keptIn(next.data()),
            new PostgresSettings(settings.durable(), parameters, settings.environment())),
        link);
  }

  /** Crashes it, and has the standby take its place. */
  void replaceBy(Standby standby) throws SQLException {
    server.crash();
    standby.server().promote();
    server = standby.server();
    new WorkFolder(at(number).data()).delete();
    number++;
  }

  /** A standby that is not wanted any more. */
  void dismiss(Standby standby) {
    standby.link().close();
    standby.server().crash();
    new WorkFolder(at(number + 1).data()).delete();
  }

  /** A standby and its connection to the one that it follows. */
  record Standby(PostgresServer server, PostgresProxy link) {}

  @Override
  public void close() {
    if (server.isAlive()) {
      server.crash();
    }
  }

  private PostgresServer start() {
    var own = at(number);
    return PostgresServer.start(own, Ports.keptIn(own.data()), settings);
  }

  private Home at(int standing) {
    return new Home(home.data().resolve("server-" + standing), home.logs(), home.run());
  }
}
