package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Topics of Amazon SNS. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SnsSpec(
    @JsonPropertyDescription(
            "ARNs of the topics that may push. Required. Their requests to confirm a subscription"
                + " are answered, other topics' are refused. Each message's signature is verified.")
        @Required
        @Size(min = 1, max = 20)
        @ValidationRule(
            value =
                "self.all(a, a.matches('^arn:aws[-a-z]*:sns:[-a-z0-9]+:[0-9]{12}:[-_A-Za-z0-9]+"
                    + "([.]fifo)?$'))",
            message =
                "give ARNs of SNS topics, such as arn:aws:sns:us-west-2:123456789012:passengers")
        List<@Size(max = 512) String> topicArns,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace whose every value is a password for raw message"
                + " delivery. Raw messages have no signature: the subscription's address must carry"
                + " a password, as in https://sns:PASSWORD@flights.example.com/v1/records. No"
                + " default: raw messages are refused. A changed value counts within a minute or"
                + " two, without a restart.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String rawDeliverySecretName,
    @JsonPropertyDescription(
            "Name of the field, of type json, that takes a message's attributes. No default: they"
                + " are headers of the Kafka record only. May change at any time.")
        @Size(max = 63)
        @Nullable String attributesField) {
  public SnsSpec {
    topicArns = topicArns == null ? List.of() : List.copyOf(topicArns);
  }
}
