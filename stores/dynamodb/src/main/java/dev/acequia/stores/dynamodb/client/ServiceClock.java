package dev.acequia.stores.dynamodb.client;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * The service's time, which all processes share: that of this process, put right by the date of the
 * service's answers where the two are more than a minute apart. Before the first answer it is the
 * process's own.
 */
public final class ServiceClock implements InstantSource {
  /** Dates have whole seconds, and answers take some time. */
  private static final Duration SLACK = Duration.ofMinutes(1);

  private final InstantSource own;

  /** Thousands of answers share a date, so each is parsed once. */
  private volatile Heard heard = new Heard("", 0, Duration.ZERO);

  /**
   * An answer's date.
   *
   * @param ownSecond of the process's own clock, which may be set meanwhile
   * @param ahead by how much the service's time differs from the process's own
   */
  private record Heard(String date, long ownSecond, Duration ahead) {}

  public ServiceClock(InstantSource own) {
    this.own = own;
  }

  @Override
  public Instant instant() {
    return own.instant().plus(heard.ahead());
  }

  /** What hears of a client's answers. */
  ExecutionInterceptor listener() {
    return new ExecutionInterceptor() {
      @Override
      public void afterTransmission(
          Context.AfterTransmission context, ExecutionAttributes attributes) {
        context.httpResponse().firstMatchingHeader("Date").ifPresent(date -> hear(date));
      }
    };
  }

  private void hear(String date) {
    var now = own.instant();
    var former = heard;
    if (date.equals(former.date()) && now.getEpochSecond() == former.ownSecond()) {
      return;
    }
    try {
      var service = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      var difference = Duration.between(now, service);
      heard =
          new Heard(
              date,
              now.getEpochSecond(),
              difference.abs().compareTo(SLACK) > 0 ? difference : Duration.ZERO);
    } catch (DateTimeException e) {
      // An answer without a date tells nothing of the time.
    }
  }
}
