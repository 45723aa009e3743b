package dev.acequia.stores.postgres;

import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches over one connection, which is made anew after any failure. Each batch is one
 * transaction that begins with the offsets, so that an overtaken owner and its successor meet at
 * one row before either writes.
 */
public final class PostgresWriter implements StoreWriter {
  private final PipelineDefinition definition;
  private final PostgresAccess access;
  private final String schemaHash;

  /** Fails when a column or a right is missing. */
  private final String checkOfTable;

  private final OffsetStatements offsets;
  private final IdempotencyStatements idempotency;
  private final RowLoad load;
  private final ConstraintScreen screen;
  private final Optional<RowLoad> loadWithoutWhatIsThere;

  private @Nullable PostgresSession session;

  PostgresWriter(
      PipelineDefinition definition, StoreDefinition.Postgres store, PostgresAccess access) {
    var names = TableNames.of(store);
    this.definition = definition;
    this.access = access;
    schemaHash = definition.schema().hash();
    var columns =
        Stream.concat(
                definition.schema().fields().stream().map(Field::name), Provenance.COLUMNS.stream())
            .map(Sql::quoted)
            .collect(Collectors.joining(", "));
    checkOfTable =
        "EXPLAIN INSERT INTO %1$s (%2$s) SELECT %2$s FROM %1$s".formatted(names.data(), columns);
    offsets = new OffsetStatements(names, schemaHash);
    idempotency = new IdempotencyStatements(names);
    if (definition.mode() == LoadMode.APPEND) {
      var append = new AppendLoad(names, definition.schema());
      load = append;
      loadWithoutWhatIsThere = Optional.of(append.withoutWhatIsThere());
    } else {
      load = new UpsertLoad(names, definition.schema());
      loadWithoutWhatIsThere = Optional.empty();
    }
    screen = new ConstraintScreen(names, definition.schema(), definition.mode());
  }

  /** Needs the environment's {@code STORE_*}; connects when first used. */
  public static PostgresWriter open(
      PipelineDefinition definition,
      StoreDefinition.Postgres store,
      Map<String, String> environment) {
    return new PostgresWriter(definition, store, PostgresAccess.fromEnvironment(environment));
  }

  @Override
  public void probe() throws StoreUnavailableException {
    try {
      var own = session();
      offsets.probe(own.connection());
      own.rollback();
    } catch (SQLException e) {
      throw unavailable(e);
    } catch (RuntimeException | Error e) {
      drop();
      throw e;
    }
  }

  @Override
  public StoreBatch newBatch() {
    return new PostgresBatch(definition.schema(), definition.mode());
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException {
    try {
      var own = session();
      try (var watch = new BlockerWatch(access, own.backend())) {
        var claim = offsets.claim(own.connection(), partition);
        if (claim.map(PartitionClaim::schemaHash).filter(schemaHash::equals).isPresent()) {
          own.execute(checkOfTable);
        }
        own.commit();
        return claim;
      }
    } catch (SQLException e) {
      throw unavailable(e);
    } catch (RuntimeException | Error e) {
      drop();
      throw e;
    }
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException {
    try {
      var own = session();
      return switch (offsets.rewind(own.connection(), claim, rewind)) {
        case DONE -> {
          own.commit();
          yield Optional.of(
              new PartitionClaim(
                  claim.partition(),
                  rewind.nextOffset(),
                  rewind.leaderEpoch(),
                  claim.topicId(),
                  claim.lineage(),
                  claim.fence(),
                  claim.schemaHash(),
                  rewind.replay()));
        }
        case BEFORE -> {
          own.rollback();
          yield Optional.of(claim);
        }
        case OVERTAKEN -> {
          own.rollback();
          yield Optional.empty();
        }
      };
    } catch (SQLException e) {
      throw unavailable(e);
    } catch (RuntimeException | Error e) {
      drop();
      throw e;
    }
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    var rows = (PostgresBatch) batch;
    var tried = rows.expectsDuplicates() ? loadWithoutWhatIsThere.orElse(load) : load;
    SQLException refusal;
    try {
      return attempt(whole(tried), rows, advances, gate);
    } catch (RefusedException e) {
      refusal = e.why;
    }
    if (SqlFailure.isDuplicate(refusal) && loadWithoutWhatIsThere.isPresent()) {
      tried = loadWithoutWhatIsThere.get();
      try {
        return attempt(whole(tried), rows, advances, gate);
      } catch (RefusedException e) {
        refusal = e.why;
      }
    }
    try {
      var isolation = new RowIsolation<>(tried, screen, refusal, gate);
      return attempt(isolation::load, rows, advances, gate);
    } catch (RefusedException e) {
      throw unavailable(e.why);
    }
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  /** A batch's rows on their way into the table, within the transaction. */
  private interface Loading<E extends Exception> {
    LoadedRows load(PostgresSession session, PostgresBatch batch, BitSet skip)
        throws SQLException, E;
  }

  /** A record may be to blame; the transaction is rolled back. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    final SQLException why;

    RefusedException(SQLException why) {
      super(why);
      this.why = why;
    }
  }

  /** All rows, or none. */
  private static <E extends Exception> Loading<E> whole(RowLoad load) {
    return (own, batch, skip) ->
        new LoadedRows(batch.rows() == 0 ? 0 : load.load(own, batch, skip), List.of());
  }

  /** One transaction. */
  private <E extends Exception> WriteResult attempt(
      Loading<E> loading, PostgresBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws RefusedException, StoreUnavailableException, E {
    try {
      return transact(session(), loading, batch, advances, gate);
    } catch (SQLException e) {
      if (!SqlFailure.mayBeARecords(e)) {
        throw unavailable(e);
      }
      rollBack();
      throw new RefusedException(e);
    } catch (Exception e) {
      rollBack();
      throw e;
    } catch (Error e) {
      // OutOfMemoryError: the next commit would include this half transaction.
      drop();
      throw e;
    }
  }

  private <E extends Exception> WriteResult transact(
      PostgresSession own,
      Loading<E> loading,
      PostgresBatch batch,
      List<PartitionAdvance> advances,
      CommitGate<E> gate)
      throws SQLException, E {
    if (!offsets.advance(own.connection(), advances)) {
      own.rollback();
      return new WriteResult.Overtaken();
    }
    gate.onOwned();
    var judged =
        idempotency.judge(own.connection(), batch.marks().marks(), batch.expectsDuplicates());
    var rejected = new ArrayList<>(judged.reused());
    var skip = (BitSet) judged.repeats().clone();
    rejected.forEach(rejection -> skip.set(rejection.row()));
    for (var rejection : load.unjudged(own, batch, skip)) {
      rejected.add(rejection);
      skip.set(rejection.row());
    }
    var loaded = loading.load(own, batch, skip);
    rejected.addAll(loaded.rejected());
    gate.beforeCommit(rejected);
    own.commit();
    var duplicates = judged.repeats().cardinality() + loaded.duplicates();
    return new WriteResult.Stored(
        batch.rows() - duplicates - rejected.size(), duplicates, rejected.size());
  }

  private PostgresSession session() throws SQLException {
    if (session == null) {
      var opened = PostgresSession.open(access);
      try {
        load.prepare(opened.connection());
        idempotency.prepare(opened.connection());
        opened.commit();
      } catch (SQLException e) {
        opened.abort();
        throw e;
      }
      session = opened;
    }
    return session;
  }

  private void rollBack() {
    try {
      if (session != null) {
        session.rollback();
      }
    } catch (SQLException e) {
      drop();
    }
  }

  /** The connection's state is unknown: the server rolls back when it sees it gone. */
  private void drop() {
    if (session != null) {
      session.abort();
      session = null;
    }
  }

  private StoreUnavailableException unavailable(SQLException e) {
    drop();
    return SqlFailure.isRefusal(e)
        ? new StoreRefusedException(SqlFailure.words(e), e)
        : new StoreUnavailableException(SqlFailure.words(e), e);
  }
}
