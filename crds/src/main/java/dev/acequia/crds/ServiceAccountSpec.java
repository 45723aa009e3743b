package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/** What a ServiceAccount of a pipeline carries. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ServiceAccountSpec(
    @JsonPropertyDescription(
            "Annotations of the ServiceAccount, such as eks.amazonaws.com/role-arn or"
                + " iam.gke.io/gcp-service-account, up to 10 of 512 characters. They are added to the"
                + " platform's. No default. A change restarts the processes that run under it.")
        @ValidationRule(
            value =
                "self.all(k, size(k) <= 120"
                    + " && k.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                    + "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$')"
                    + " && !k.matches('(acequia[.]dev|kubernetes[.]io|k8s[.]io|openshift[.]io|argoproj[.]io)/'))",
            message =
                "use names of up to 120 characters such as eks.amazonaws.com/role-arn; none of"
                    + " acequia.dev, kubernetes.io, k8s.io, openshift.io and argoproj.io")
        Map<String, String> annotations) {
  static final int MOST_ANNOTATIONS = 10;
  static final int MOST_CHARS = 512;

  public ServiceAccountSpec {
    annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
  }
}
