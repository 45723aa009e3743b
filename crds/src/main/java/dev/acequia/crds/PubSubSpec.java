package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A push subscription of Google Pub/Sub. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PubSubSpec(
    @JsonPropertyDescription(
            "The audience set on the subscription's authentication, by default the endpoint's URL."
                + " Required. A token for another audience is refused.")
        @Required
        @Size(min = 1, max = 500)
        String audience,
    @JsonPropertyDescription(
            "E-mail address of the service account set on the subscription's authentication."
                + " Required. A token of another account is refused.")
        @Required
        @Size(max = 254)
        @ValidationRule(
            value = "self.matches('^[^@ ]+@[^@ ]+$')",
            message =
                "give a service account's e-mail address, such as"
                    + " push@my-project.iam.gserviceaccount.com")
        String serviceAccount,
    @JsonPropertyDescription(
            "Name of the field, of type json, that takes a message's attributes. No default: they"
                + " are headers of the Kafka record only. May change at any time.")
        @Size(max = 63)
        @Nullable String attributesField) {}
