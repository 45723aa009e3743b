package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Walks through a table that remembers, over a connection that is there for the laps alone. */
public final class PostgresHousekeeping implements StoreHousekeeping {
  private final PostgresAccess access;
  private final TableWalk walk;
  private @Nullable PostgresSession session;

  private PostgresHousekeeping(PostgresAccess access, TableWalk walk) {
    this.access = access;
    this.walk = walk;
  }

  /** One for each table. Needs the environment's {@code STORE_*}; connects when there is work. */
  public static List<StoreHousekeeping> open(
      PipelineDefinition definition,
      StoreDefinition.Postgres store,
      Map<String, String> environment) {
    var names = TableNames.of(store);
    var access = PostgresAccess.fromEnvironment(environment);
    var marks = new TableWalk(names.idempotency(), new ExpiredMarks(names));
    var deletions =
        definition.mode() == LoadMode.UPSERT
            ? RuntimeVariable.ACEQUIA_DELETIONS_KEPT
                .in(environment)
                .map(Duration::parse)
                .map(kept -> new TableWalk(names.deletions(), new ExpiredDeletions(names, kept)))
            : Optional.<TableWalk>empty();
    return Stream.concat(Stream.of(marks), deletions.stream())
        .<StoreHousekeeping>map(walk -> new PostgresHousekeeping(access, walk))
        .toList();
  }

  @Override
  public String subject() {
    return walk.table();
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    try {
      if (session == null) {
        session = PostgresSession.openForHousekeeping(access);
      }
      var pause = walk.step(session);
      if (!walk.isUnderWay()) {
        close();
      }
      return pause;
    } catch (SQLException e) {
      if (session != null) {
        session.abort();
        session = null;
      }
      walk.interrupt();
      throw new StoreUnavailableException(SqlFailure.words(e), e);
    }
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
