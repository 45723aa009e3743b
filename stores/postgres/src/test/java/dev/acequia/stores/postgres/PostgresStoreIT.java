package dev.acequia.stores.postgres;

import dev.acequia.stores.testkit.ClaimsContract;
import dev.acequia.stores.testkit.GenerationsContract;
import dev.acequia.stores.testkit.HostileContract;
import dev.acequia.stores.testkit.KeyReadingContract;
import dev.acequia.stores.testkit.MarksContract;
import dev.acequia.stores.testkit.MigrationContract;
import dev.acequia.stores.testkit.OffsetsContract;
import dev.acequia.stores.testkit.ReadingContract;
import dev.acequia.stores.testkit.RedriveContract;
import dev.acequia.stores.testkit.ReplayContract;
import dev.acequia.stores.testkit.WritingContract;
import org.junit.jupiter.api.Nested;

/** PostgreSQL keeps the contract of a store. */
class PostgresStoreIT {
  @Nested
  class Migration extends MigrationContract {
    Migration() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Offsets extends OffsetsContract {
    Offsets() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Generations extends GenerationsContract {
    Generations() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Claims extends ClaimsContract {
    Claims() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Writing extends WritingContract {
    Writing() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Marks extends MarksContract {
    Marks() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Redrive extends RedriveContract {
    Redrive() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Reading extends ReadingContract {
    Reading() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class KeyReading extends KeyReadingContract {
    KeyReading() {
      super(new PostgresFixture());
    }
  }

  @Nested
  class Hostile extends HostileContract {
    Hostile() {
      super(new PostgresFixture());
    }
  }
}
