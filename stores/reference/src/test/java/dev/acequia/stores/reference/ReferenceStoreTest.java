package dev.acequia.stores.reference;

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

/** The reference store keeps the contract. */
class ReferenceStoreTest {
  @Nested
  class Migration extends MigrationContract {
    Migration() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Offsets extends OffsetsContract {
    Offsets() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Generations extends GenerationsContract {
    Generations() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Claims extends ClaimsContract {
    Claims() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Writing extends WritingContract {
    Writing() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Marks extends MarksContract {
    Marks() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Redrive extends RedriveContract {
    Redrive() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Reading extends ReadingContract {
    Reading() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class KeyReading extends KeyReadingContract {
    KeyReading() {
      super(new ReferenceFixture());
    }
  }

  @Nested
  class Hostile extends HostileContract {
    Hostile() {
      super(new ReferenceFixture());
    }
  }
}
