package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Systems that push in an envelope of their own. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.cloudEvents) || has(self.sns) || has(self.pubsub) || has(self.firehose)",
    message = "name at least one source: cloudEvents, sns, pubsub or firehose; or remove sources")
public record SourcesSpec(
    @JsonPropertyDescription(
            "CloudEvents 1.0 over HTTP, in binary, structured and batched mode: an event's data is"
                + " a record, or several. No default. May change at any time.")
        @Nullable CloudEventsSpec cloudEvents,
    @JsonPropertyDescription(
            "Amazon SNS topics with a subscription to this API. No default. May change at any"
                + " time.")
        @Nullable SnsSpec sns,
    @JsonPropertyDescription(
            "A Google Pub/Sub push subscription with authentication. No default. May change at any"
                + " time.")
        @Nullable PubSubSpec pubsub,
    @JsonPropertyDescription(
            "Amazon Data Firehose with this API as its HTTP endpoint; Kinesis streams arrive this"
                + " way. No default. May change at any time.")
        @Nullable FirehoseSpec firehose) {}
