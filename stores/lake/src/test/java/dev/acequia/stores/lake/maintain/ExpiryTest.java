package dev.acequia.stores.lake.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

/** Which snapshots stay. */
class ExpiryTest {
  private static final int COMMITS = Expiry.MOST + 30;

  private static Table table(Duration kept) {
    var catalog = new InMemoryCatalog();
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("ops"));
    var table =
        catalog.createTable(
            TableIdentifier.of("ops", "flights"),
            new Schema(Types.NestedField.required(1, "id", Types.LongType.get())));
    table
        .updateProperties()
        .set(TableProperties.MAX_SNAPSHOT_AGE_MS, String.valueOf(kept.toMillis()))
        .commit();
    return table;
  }

  private static long snapshots(Table table) {
    table.refresh();
    return StreamSupport.stream(table.snapshots().spliterator(), false).count();
  }

  private static Expiry after(Duration time) {
    return new Expiry(Clock.offset(Clock.systemUTC(), time));
  }

  @Test
  void snapshotsOfFastCommitsAreBoundedByTheirNumber() {
    var table = table(Expiry.KEPT);
    for (var i = 0; i < COMMITS; i++) {
      table.newFastAppend().commit();
    }
    after(Duration.ofMinutes(5)).work(table);
    assertThat(snapshots(table)).as("younger than ten minutes").isEqualTo(COMMITS);
    after(Duration.ofMinutes(11)).work(table);
    assertThat(snapshots(table)).isBetween(Expiry.MOST - 5L, Expiry.MOST + 5L);
    after(Duration.ofHours(4)).work(table);
    assertThat(snapshots(table)).isEqualTo(1);
  }

  @Test
  void aPersonMayKeepMore() {
    var table = table(Duration.ofDays(1));
    for (var i = 0; i < COMMITS; i++) {
      table.newFastAppend().commit();
    }
    after(Duration.ofHours(4)).work(table);
    assertThat(snapshots(table)).isEqualTo(COMMITS);
    after(Duration.ofHours(25)).work(table);
    assertThat(snapshots(table)).isEqualTo(1);
  }
}
