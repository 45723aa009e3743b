package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.StoreRefusedException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.S3Exception;

class LakeFailureTest {
  /** A person cannot do anything with two numbers. */
  @Test
  void aCommitThatIsOlderThanTheLastSaysThatAClockIsWrong() {
    var failure =
        LakeFailure.of(
            new IllegalArgumentException(
                "Invalid update timestamp 1: before last snapshot log entry at 9"));
    assertThat(failure).isNotInstanceOf(StoreRefusedException.class);
    assertThat(failure.getMessage()).contains("a clock is wrong").contains("at 9");
  }

  @Test
  void keysThatS3RefusesAreRefusedHoweverDeep() {
    var refusal = S3Exception.builder().statusCode(403).message("no such key").build();
    assertThat(LakeFailure.of(new IllegalStateException("write", new RuntimeException(refusal))))
        .isInstanceOf(StoreRefusedException.class);
    var busy = S3Exception.builder().statusCode(503).message("slow down").build();
    assertThat(LakeFailure.of(new IllegalStateException("write", busy)))
        .isNotInstanceOf(StoreRefusedException.class);
  }
}
