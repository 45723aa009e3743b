package dev.acequia.operator.plan;

import dev.acequia.contract.source.PushSources;
import dev.acequia.crds.SourcesSpec;
import org.jspecify.annotations.Nullable;

/**
 * The systems that may push in envelopes of their own, in the terms of the runtime.
 *
 * @param snsSecret whose values are the passwords of raw delivery; null where that is refused
 * @param firehoseSecret whose values are access keys; null while Firehose is not declared
 */
public record SourcesPlan(
    PushSources settings, @Nullable String snsSecret, @Nullable String firehoseSecret) {
  static final SourcesPlan NONE = new SourcesPlan(PushSources.NONE, null, null);

  static SourcesPlan of(@Nullable SourcesSpec spec) {
    if (spec == null) {
      return NONE;
    }
    var events = spec.cloudEvents();
    var sns = spec.sns();
    var pubsub = spec.pubsub();
    var firehose = spec.firehose();
    return new SourcesPlan(
        new PushSources(
            events == null ? null : new PushSources.CloudEvents(events.attributesField()),
            sns == null ? null : new PushSources.Sns(sns.topicArns(), sns.attributesField()),
            pubsub == null
                ? null
                : new PushSources.PubSub(
                    pubsub.audience(), pubsub.serviceAccount(), pubsub.attributesField()),
            firehose == null ? null : new PushSources.Firehose(firehose.attributesField())),
        sns == null ? null : sns.rawDeliverySecretName(),
        firehose == null ? null : firehose.accessKeySecretName());
  }
}
