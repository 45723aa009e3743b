package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The topic between ingest and consumer. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TopicSpec(
    @JsonPropertyDescription(
            "Partitions of the topic, and so the most consumers that work at once. Default 6. Never"
                + " decreases; may increase in mode append, is immutable in mode upsert.")
        @Default("6")
        @Min(1)
        @Max(1000)
        Integer partitions,
    @JsonPropertyDescription(
            "How long Kafka keeps a record, stored or not: one whole number and s, m, h or d."
                + " Default 7d. A consumer that stands still for longer loses records. May change at"
                + " any time.")
        @Default("7d")
        @Size(max = 64)
        @ValidationRule(
            value = SpecDuration.RULE,
            messageExpression = SpecDuration.MESSAGE_EXPRESSION)
        String retention,
    @JsonPropertyDescription(
            "The existing topic to adopt; only with adopt. No default: the topic is"
                + " <namespace>.<name>. Immutable.")
        @Size(max = 249)
        @Pattern("^[a-zA-Z0-9._-]+$")
        @ValidationRule(
            value =
                "!self.startsWith('__') && !self.startsWith('_acequia.') && self != '.' && self"
                    + " != '..'",
            message =
                "topics that begin with __ or _acequia. are Kafka's and Acequia's own: name one"
                    + " that holds records")
        @ValidationRule(
            value =
                "!self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?[.][a-z]([-a-z0-9]*[a-z0-9])?[.]dlq$')",
            message =
                "topics named <namespace>.<name>.dlq hold dead letters of pipelines: name another"
                    + " topic")
        @Nullable String name,
    @JsonPropertyDescription(
            "Uses the existing topic `name` with its data. The topic is never changed and never"
                + " deleted, whatever deletionPolicy says. partitions has no effect; retention should"
                + " be that of the topic, since alerts go by it. No two pipelines can adopt the same"
                + " topic. While the topic does not exist, the pipeline is Stalled. Default false:"
                + " the pipeline creates its own topic, and refuses one that was there before."
                + " Immutable.")
        @Default("false")
        boolean adopt,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace that its Pods log on to Kafka with: username and"
                + " password (and mechanism: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN), or tls.crt and"
                + " tls.key, or clientId, clientSecret and tokenEndpoint, each with ca.crt where"
                + " Kafka's authority is not a public one; or client.properties. Only a"
                + " platform with kafka.users: own reads it, and requires it. No default. May change at"
                + " any time; new contents replace the Pods.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String kafkaSecretName) {
  /** What holds when the spec says nothing. */
  public static final TopicSpec DEFAULT = new TopicSpec(6, "7d", null, false, null);

  public TopicSpec {
    partitions = partitions == null ? Integer.valueOf(6) : partitions;
    retention = retention == null ? "7d" : retention;
  }
}
