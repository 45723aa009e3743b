package dev.acequia.api.envelope;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers SNS's question whether a subscription is wanted: by calling the address it gives. */
final class SnsConfirmation {
  private static final Logger LOG = LoggerFactory.getLogger(SnsConfirmation.class);

  /** SNS asks at once, and for an hour at most. */
  private static final Duration MAX_AGE = Duration.ofHours(1);

  private static final int MAX_REMEMBERED = 1000;

  private final Vendors vendors;
  private final Clock clock;
  private final Set<String> confirmed = new LinkedHashSet<>();

  SnsConfirmation(Vendors vendors, Clock clock) {
    this.vendors = vendors;
    this.clock = clock;
  }

  /**
   * Confirms.
   *
   * @param message of a declared topic, its signature verified
   * @throws ProblemException when it was confirmed already or asks too late
   */
  void confirm(SnsMessage message) throws InterruptedException {
    var address = message.address("SubscribeURL");
    if (!vendors.isSns(address, message.region())) {
      throw SnsEnvelope.refused("The SubscribeURL is not Amazon's for the topic's region.");
    }
    if (Duration.between(message.timestamp(), clock.instant()).abs().compareTo(MAX_AGE) > 0) {
      throw SnsEnvelope.refused("The confirmation was asked for too long ago.");
    }
    var token = message.text("Token");
    if (!remember(token)) {
      throw SnsEnvelope.refused("This confirmation was answered already.");
    }
    try {
      vendors.fetch().get(address);
      LOG.info("confirmed the subscription to {}", message.topicArn());
    } catch (IOException e) {
      forget(token);
      LOG.warn("the subscription to {} is not confirmed: {}", message.topicArn(), e.getMessage());
      throw new ProblemException(
          Problem.of(ProblemType.UNVERIFIABLE, "Amazon SNS does not take the confirmation now.")
              .retryAfter(5));
    }
  }

  private boolean remember(String token) {
    synchronized (confirmed) {
      if (confirmed.size() == MAX_REMEMBERED) {
        confirmed.remove(confirmed.iterator().next());
      }
      return confirmed.add(token);
    }
  }

  private void forget(String token) {
    synchronized (confirmed) {
      confirmed.remove(token);
    }
  }
}
