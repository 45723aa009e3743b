package dev.acequia.api.envelope;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.source.PushSources;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The declared sources, and by what a request of each is known. */
public final class Envelopes {
  private final @Nullable CloudEventEnvelope cloudEvents;
  private final @Nullable SnsEnvelope sns;
  private final @Nullable PubSubEnvelope pubsub;
  private final @Nullable FirehoseEnvelope firehose;

  Envelopes(PushSources sources, Vendors vendors, Secrets passwords, Secrets keys, Clock clock) {
    cloudEvents =
        sources.cloudEvents() == null
            ? null
            : new CloudEventEnvelope(sources.cloudEvents().attributesField());
    sns = sources.sns() == null ? null : new SnsEnvelope(sources.sns(), vendors, passwords, clock);
    pubsub = sources.pubsub() == null ? null : new PubSubEnvelope(sources.pubsub(), vendors, clock);
    firehose =
        sources.firehose() == null
            ? null
            : new FirehoseEnvelope(sources.firehose().attributesField(), keys, clock);
  }

  /**
   * As the operator hands the sources over.
   *
   * @throws IllegalArgumentException when they are not understood
   */
  public static Envelopes fromEnvironment(Map<String, String> environment) {
    return new Envelopes(
        declared(environment),
        RuntimeVariable.ACEQUIA_SOURCES_STAND_IN
            .in(environment)
            .map(origin -> Vendors.standIn(URI.create(origin)))
            .orElseGet(Vendors::real),
        secrets(RuntimeVariable.ACEQUIA_SNS_PASSWORDS_DIR, environment),
        secrets(RuntimeVariable.ACEQUIA_FIREHOSE_KEYS_DIR, environment),
        Clock.systemUTC());
  }

  /**
   * The declaration alone.
   *
   * @throws IllegalArgumentException when it is not understood
   */
  public static PushSources declared(Map<String, String> environment) {
    return RuntimeVariable.ACEQUIA_SOURCES
        .in(environment)
        .map(PushSources::fromJson)
        .orElse(PushSources.NONE);
  }

  private static Secrets secrets(RuntimeVariable folder, Map<String, String> environment) {
    return new Secrets(folder.in(environment).map(Path::of).orElse(null));
  }

  /**
   * Whose request it is; empty for an ordinary push.
   *
   * @throws ProblemException when it is of a source that the pipeline does not declare
   */
  public Optional<Envelope> of(HttpServletRequest request) {
    if (SnsEnvelope.recognises(request)) {
      return declared(sns, "Amazon SNS", "sns");
    }
    if (FirehoseEnvelope.recognises(request)) {
      return declared(firehose, "Amazon Data Firehose", "firehose");
    }
    if (PubSubEnvelope.recognises(request)) {
      return declared(pubsub, "Google Pub/Sub", "pubsub");
    }
    if (CloudEventEnvelope.recognises(request)) {
      return declared(cloudEvents, "CloudEvents", "cloudEvents");
    }
    return pubsub != null && pubsub.recognisesToken(request)
        ? Optional.of(pubsub)
        : Optional.empty();
  }

  /**
   * Whether a request is of a source that proves who it is by itself, and needs no key of ours. The
   * source is the one that will open it: what one source is known by proves nothing to another.
   */
  public boolean provesItsSender(HttpServletRequest request) {
    if (!"POST".equals(request.getMethod())) {
      return false;
    }
    try {
      return of(request).map(Envelope::provesItsSender).orElse(false);
    } catch (ProblemException e) {
      return false; // not declared; whoever may call is told so
    }
  }

  private static Optional<Envelope> declared(
      @Nullable Envelope envelope, String source, String name) {
    if (envelope == null) {
      throw new ProblemException(
          ProblemType.SOURCE_NOT_DECLARED,
          "This is a push of %s, and the pipeline does not declare it; see spec.sources.%s."
              .formatted(source, name));
    }
    return Optional.of(envelope);
  }
}
