package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Amazon Data Firehose. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FirehoseSpec(
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace whose every value is an access key that the stream"
                + " may send. Required. Two values let a key change without a failed delivery; a"
                + " changed value counts within a minute or two, without a restart.")
        @Required
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        String accessKeySecretName,
    @JsonPropertyDescription(
            "Name of the field, of type json, that takes the stream's common attributes. No"
                + " default: they are headers of the Kafka record only. May change at any time.")
        @Size(max = 63)
        @Nullable String attributesField) {}
