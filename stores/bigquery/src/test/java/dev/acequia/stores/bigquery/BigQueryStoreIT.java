package dev.acequia.stores.bigquery;

import dev.acequia.stores.testkit.ClaimsContract;
import dev.acequia.stores.testkit.GenerationsContract;
import dev.acequia.stores.testkit.MarksContract;
import dev.acequia.stores.testkit.MigrationContract;
import dev.acequia.stores.testkit.OffsetsContract;
import dev.acequia.stores.testkit.RedriveContract;
import dev.acequia.stores.testkit.ReplayContract;
import dev.acequia.stores.testkit.WritingContract;
import org.junit.jupiter.api.Nested;

/** Tables in BigQuery keep the contract of what is written. */
class BigQueryStoreIT {
  @Nested
  class Migration extends MigrationContract {
    Migration() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Offsets extends OffsetsContract {
    Offsets() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Generations extends GenerationsContract {
    Generations() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Claims extends ClaimsContract {
    Claims() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Writing extends WritingContract {
    Writing() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Marks extends MarksContract {
    Marks() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Redrive extends RedriveContract {
    Redrive() {
      super(new BigQueryFixture());
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(new BigQueryFixture());
    }
  }
}
