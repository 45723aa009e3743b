package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.testkit.HostileContract;
import dev.acequia.stores.testkit.KeyReadingContract;
import dev.acequia.stores.testkit.ReadingContract;
import org.junit.jupiter.api.Nested;

/** What is read of BigQuery is as the contract has it. */
class BigQueryReadingIT {
  @Nested
  class Reading extends ReadingContract {
    Reading() {
      super(new ReadFixture());
    }
  }

  @Nested
  class KeyReading extends KeyReadingContract {
    KeyReading() {
      super(new ReadFixture());
    }
  }

  @Nested
  class Hostile extends HostileContract {
    Hostile() {
      super(new ReadFixture());
    }
  }
}
