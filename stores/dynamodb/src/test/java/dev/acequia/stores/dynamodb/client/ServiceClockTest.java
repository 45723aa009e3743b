package dev.acequia.stores.dynamodb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.InterceptorContext;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

class ServiceClockTest {
  private static final Instant SERVICE = Instant.parse("2026-01-01T00:00:00Z");

  private Instant own = SERVICE;

  private static void answer(ServiceClock clock, Instant date) {
    var response =
        SdkHttpFullResponse.builder()
            .putHeader(
                "Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC)))
            .build();
    clock
        .listener()
        .afterTransmission(
            InterceptorContext.builder()
                .request(PutItemRequest.builder().build())
                .httpResponse(response)
                .build(),
            new ExecutionAttributes());
  }

  @Test
  void isTheProcesssOwnUnlessThatIsFarOff() {
    var clock = new ServiceClock(() -> own);
    answer(clock, SERVICE.plusSeconds(30));
    assertThat(clock.instant()).isEqualTo(own);
    answer(clock, SERVICE.plusSeconds(3600));
    assertThat(clock.instant()).isEqualTo(SERVICE.plusSeconds(3600));
  }

  @Test
  void isPutRightByTheNextAnswerAfterTheOwnClockIsSet() {
    var clock = new ServiceClock(() -> own);
    answer(clock, SERVICE);
    own = SERVICE.minus(Duration.ofDays(1));
    answer(clock, SERVICE);
    assertThat(clock.instant()).isEqualTo(SERVICE);
  }

  /** The first one has read the date, and not yet said what it means. */
  @Test
  void anAnswerDoesNotRelyOnOneThatIsStillRead() throws InterruptedException {
    var dayOff = SERVICE.minus(Duration.ofDays(1));
    var reads = new AtomicInteger();
    var begun = new CountDownLatch(1);
    var goesOn = new CountDownLatch(1);
    var clock =
        new ServiceClock(
            () -> {
              if (reads.getAndIncrement() == 0) {
                begun.countDown();
                try {
                  goesOn.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
              return dayOff;
            });
    var first = Thread.ofVirtual().start(() -> answer(clock, SERVICE));
    begun.await();
    answer(clock, SERVICE);
    assertThat(clock.instant()).isEqualTo(SERVICE);
    goesOn.countDown();
    first.join();
    assertThat(clock.instant()).isEqualTo(SERVICE);
  }
}
