package dev.acequia.stores.lake;

import dev.acequia.stores.testkit.ClaimsContract;
import dev.acequia.stores.testkit.GenerationsContract;
import dev.acequia.stores.testkit.HostileContract;
import dev.acequia.stores.testkit.MarksContract;
import dev.acequia.stores.testkit.MigrationContract;
import dev.acequia.stores.testkit.OffsetsContract;
import dev.acequia.stores.testkit.RedriveContract;
import dev.acequia.stores.testkit.ReplayContract;
import dev.acequia.stores.testkit.WritingContract;
import org.junit.jupiter.api.Nested;

/** A lake keeps the contract. */
class LakeStoreIT {
  @Nested
  class Migration extends MigrationContract {
    Migration() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Offsets extends OffsetsContract {
    Offsets() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Generations extends GenerationsContract {
    Generations() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Claims extends ClaimsContract {
    Claims() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Writing extends WritingContract {
    Writing() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Marks extends MarksContract {
    Marks() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Redrive extends RedriveContract {
    Redrive() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(new LakeFixture());
    }
  }

  @Nested
  class Hostile extends HostileContract {
    Hostile() {
      super(new LakeFixture());
    }
  }
}
