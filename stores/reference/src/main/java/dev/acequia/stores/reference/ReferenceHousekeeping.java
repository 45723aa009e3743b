package dev.acequia.stores.reference;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreHousekeeping;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Forgets marks after a day, and deletions after as long as the environment says. */
final class ReferenceHousekeeping implements StoreHousekeeping {
  private static final Duration DAY = Duration.ofHours(24);

  private final Table table;
  private final Optional<Duration> deletionsKept;

  ReferenceHousekeeping(Table table, Map<String, String> environment) {
    this.table = table;
    deletionsKept = RuntimeVariable.ACEQUIA_DELETIONS_KEPT.in(environment).map(Duration::parse);
  }

  @Override
  public String subject() {
    return "marks and deletions";
  }

  @Override
  public Duration work() {
    table.change(
        content -> {
          var yesterday = table.now().minus(DAY);
          content.marks.values().removeIf(mark -> mark.seen().isBefore(yesterday));
          deletionsKept.ifPresent(
              kept ->
                  content
                      .deletions
                      .values()
                      .removeIf(
                          deletion -> {
                            var isOld = deletion.at().isBefore(table.now().minus(kept));
                            if (isOld) {
                              content.ledger().forget(after(deletion.origin()));
                            }
                            return isOld;
                          }));
          return true;
        });
    return DAY;
  }

  private static Origin after(Origin origin) {
    return new Origin(origin.generation(), origin.partition(), origin.offset() + 1);
  }

  @Override
  public void close() {}
}
