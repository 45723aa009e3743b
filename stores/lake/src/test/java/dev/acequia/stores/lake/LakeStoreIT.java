package dev.acequia.stores.lake;

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

/** A lake on S3 keeps the contract. */
class LakeStoreIT {
  @Nested
  class Migration extends MigrationContract {
    Migration() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Offsets extends OffsetsContract {
    Offsets() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Generations extends GenerationsContract {
    Generations() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Claims extends ClaimsContract {
    Claims() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Writing extends WritingContract {
    Writing() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Marks extends MarksContract {
    Marks() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Redrive extends RedriveContract {
    Redrive() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Replay extends ReplayContract {
    Replay() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Reading extends ReadingContract {
    Reading() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class KeyReading extends KeyReadingContract {
    KeyReading() {
      super(LakeFixture.onS3());
    }
  }

  @Nested
  class Hostile extends HostileContract {
    Hostile() {
      super(LakeFixture.onS3());
    }
  }
}
