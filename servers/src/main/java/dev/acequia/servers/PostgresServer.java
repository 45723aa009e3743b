package dev.acequia.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server in processes of its own, listening on 127.0.0.1. It also runs when this
 * process is root's, which PostgreSQL itself refuses: see {@link PostgresAccount}.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final String SUPERUSER = "postgres";

  private final ChildProcess postmaster;
  private final int port;
  private final String password;
  private final Path cluster;

  private PostgresServer(ChildProcess postmaster, int port, String password, Path cluster) {
    this.postmaster = postmaster;
    this.port = port;
    this.password = password;
    this.cluster = cluster;
  }

  /** Starts a server for tests on a port of its own, or the one that this folder held before. */
  public static PostgresServer start(Path folder) {
    return start(Home.at(folder), Ports.keptIn(folder), PostgresSettings.ofFast());
  }

  /**
   * Starts a server, and waits until it accepts connections.
   *
   * @param ports {@code postgres}
   */
  public static PostgresServer start(Home home, Ports ports, PostgresSettings settings) {
    var port = ports.freeFor("postgres", "PostgreSQL");
    home.create();
    var programs = PostgresBinaries.unpacked();
    var account = PostgresAccount.forThisUser();
    var cluster = home.data().resolve("cluster");
    try {
      var password = KeptPassword.in(home.data().resolve("superuser-password"));
      if (Files.isDirectory(cluster)) {
        account.own(cluster);
      } else {
        create(cluster, home, programs, account);
      }
      var command = new ArrayList<>(account.prefix());
      command.add(programs.resolve("postgres").toString());
      command.addAll(List.of("-D", cluster.toString()));
      parameters(port, settings)
          .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
      var server =
          new PostgresServer(
              ChildProcess.start("postgres", "postgres", command, settings.environment(), home),
              port,
              password,
              cluster);
      server.postmaster.awaitReady(START_LIMIT, server::accepts);
      return server;
    } catch (IOException e) {
      throw new ServerException("PostgreSQL cannot be started in " + home.data() + ": " + e, e);
    }
  }

  /** {@code postgresql://host:port/database}, without credentials. */
  public String uri(String database) {
    return "postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** The same for a JDBC driver. */
  public String jdbcUrl(String database) {
    return "jdbc:" + uri(database);
  }

  /** The role that may do everything. */
  public String superuser() {
    return SUPERUSER;
  }

  public String superuserPassword() {
    return password;
  }

  /** A connection as the superuser, to be closed by the caller. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(database), SUPERUSER, password);
  }

  /**
   * Copies the running server's data, so that a server that is started there follows another: the
   * one that its parameter {@code primary_conninfo} names. Passwords are the same.
   *
   * @param standby where nothing is yet
   */
  public void backUpTo(Home standby) throws SQLException {
    standby.create();
    try (var connection = connect("postgres")) {
      new PostgresBackup(connection).copy(cluster, standby.data().resolve("cluster"));
      Files.copy(
          cluster.resolveSibling("superuser-password"),
          standby.data().resolve("superuser-password"),
          StandardCopyOption.COPY_ATTRIBUTES);
    } catch (IOException e) {
      throw new ServerException("PostgreSQL cannot be copied to " + standby.data() + ": " + e, e);
    }
  }

  /** Has a standby, which follows nobody from now on, take writes; waits until it does. */
  public void promote() throws SQLException {
    try (var connection = connect("postgres");
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT pg_promote(true, 60)")) {
      if (!row.next() || !row.getBoolean(1)) {
        throw new ServerException("the standby on port " + port + " is not promoted");
      }
    }
  }

  public boolean isAlive() {
    return postmaster.isAlive();
  }

  /** The process id of the postmaster, whose children the other processes are. */
  public long pid() {
    return postmaster.pid();
  }

  public Instant startedAt() {
    return postmaster.startedAt();
  }

  /** Ends the server in order; open transactions are rolled back. */
  public void stop() {
    postmaster.stopBy("INT", STOP_LIMIT);
  }

  /** Ends the server as a power cut does; it recovers at its next start. */
  public void kill() {
    postmaster.kill();
  }

  /**
   * Ends the server without a checkpoint, as {@code pg_ctl stop -m immediate} does; it recovers at
   * its next start.
   */
  public void crash() {
    postmaster.stopBy("QUIT", STOP_LIMIT);
  }

  @Override
  public void close() {
    stop();
  }

  private boolean accepts() {
    try (var connection = connect("postgres")) {
      return connection.isValid(1);
    } catch (SQLException notYet) {
      return false;
    }
  }

  private static void create(Path cluster, Home home, Path programs, PostgresAccount account)
      throws IOException {
    var unfinished = home.data().resolve("cluster.new"); // so that half a cluster is never used
    FileTree.delete(unfinished);
    Files.createDirectory(
        unfinished,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    account.own(unfinished);
    var passwordFile = home.data().resolve("superuser-password");
    account.own(passwordFile);
    var command = new ArrayList<>(account.prefix());
    command.add(programs.resolve("initdb").toString());
    command.addAll(
        List.of(
            "--pgdata=" + unfinished,
            "--username=" + SUPERUSER,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
            "--no-instructions"));
    var log = home.logs().resolve("initdb.log");
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(home.data().toFile())
            .start();
    try {
      if (!process.waitFor(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new ServerException("PostgreSQL's initdb did not end, see " + log);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while PostgreSQL was being set up", e);
    }
    if (process.exitValue() != 0) {
      throw new ServerException(
          "PostgreSQL's initdb ended with code %d:%n%s"
              .formatted(process.exitValue(), Files.readString(log)));
    }
    Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Map<String, String> parameters(int port, PostgresSettings settings) {
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("listen_addresses", "127.0.0.1");
    parameters.put("port", Integer.toString(port));
    parameters.put("unix_socket_directories", "");
    parameters.put("max_connections", "300");
    parameters.put("shared_buffers", "128MB");
    parameters.put("timezone", "UTC");
    parameters.put("log_timezone", "UTC");
    if (!settings.durable()) {
      parameters.put("fsync", "off");
      parameters.put("full_page_writes", "off");
    }
    parameters.putAll(settings.parameters());
    return parameters;
  }
}
