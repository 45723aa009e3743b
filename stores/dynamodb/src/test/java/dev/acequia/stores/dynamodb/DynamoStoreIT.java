package dev.acequia.stores.dynamodb;

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

/** Tables in DynamoDB keep the contract, but for queries that they declare not to answer. */
class DynamoStoreIT {
  @Nested
  class Migration extends MigrationContract {
    Migration() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Offsets extends OffsetsContract {
    Offsets() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Generations extends GenerationsContract {
    Generations() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Claims extends ClaimsContract {
    Claims() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Writing extends WritingContract {
    Writing() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Marks extends MarksContract {
    Marks() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Redrive extends RedriveContract {
    Redrive() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Reading extends ReadingContract {
    Reading() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class KeyReading extends KeyReadingContract {
    KeyReading() {
      super(new DynamoFixture());
    }
  }

  @Nested
  class Hostile extends HostileContract {
    Hostile() {
      super(new DynamoFixture());
    }
  }
}
