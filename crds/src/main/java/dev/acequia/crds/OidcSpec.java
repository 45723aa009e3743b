package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** An OpenID Connect issuer whose tokens are accepted. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OidcSpec(
    @JsonPropertyDescription(
            "URL of the issuer, the iss of its tokens; its keys are found by the discovery"
                + " document below it. https, or http on a loopback address. Required.")
        @Required
        @Size(max = 500)
        @ValidationRule(
            value =
                "self.startsWith('https://') ||"
                    + " self.matches('^http://(localhost|127[.]0[.]0[.]1)(:[0-9]+)?(/.*)?$')",
            message = "give an issuer's URL that begins with https://")
        String issuer,
    @JsonPropertyDescription("The aud that tokens must carry. Required.") @Required @Size(max = 500)
        String audience,
    @JsonPropertyDescription(
            "The claim that says what a caller may do: a list, or words parted by spaces; a path"
                + " such as realm_access.roles leads below other claims. Default scope.")
        @Default("scope")
        @Size(max = 200)
        String scopesClaim,
    @JsonPropertyDescription("Values of the claim of which any lets a caller push. Default ingest.")
        @Default("[\"ingest\"]")
        @Size(max = 20)
        List<@Size(max = 200) String> ingestScopes,
    @JsonPropertyDescription("Values of the claim of which any lets a caller query. Default query.")
        @Default("[\"query\"]")
        @Size(max = 20)
        List<@Size(max = 200) String> queryScopes) {
  public OidcSpec {
    scopesClaim = scopesClaim == null ? "scope" : scopesClaim;
    ingestScopes = ingestScopes == null ? List.of("ingest") : List.copyOf(ingestScopes);
    queryScopes = queryScopes == null ? List.of("query") : List.copyOf(queryScopes);
  }
}
