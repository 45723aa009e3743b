package dev.acequia.operator.plan;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.contract.source.PushSources;
import dev.acequia.crds.DataPipelineSpec;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the API, in the terms of the runtime: settings in the API's environment, Secrets
 * mounted as folders. Neither is part of the {@link Release}, so that access changes although a
 * migration has yet to succeed, and leaves the consumers running.
 *
 * @param keysSecret null while no API keys are declared
 * @param tlsSecret null while the API speaks plain HTTP
 * @param clientCaSecret null while clients need no certificate
 * @param sources the systems that may push in envelopes of their own
 */
public record AccessPlan(
    ApiAccess settings,
    @Nullable String keysSecret,
    @Nullable String tlsSecret,
    @Nullable String clientCaSecret,
    SourcesPlan sources) {
  private static final AccessPlan OPEN =
      new AccessPlan(ApiAccess.NONE, null, null, null, SourcesPlan.NONE);

  public static AccessPlan of(@Nullable DataPipelineSpec spec) {
    if (spec == null || spec.api() == null) {
      return OPEN;
    }
    var api = spec.api();
    var tls = api.tls();
    var limit = api.rateLimit();
    return new AccessPlan(
        new ApiAccess(
            oidc(spec),
            limit == null
                ? null
                : new ApiAccess.RateLimit(
                    limit.requestsPerSecond(),
                    Objects.requireNonNullElse(limit.burst(), limit.requestsPerSecond())),
            api.cors() == null ? List.of() : api.cors().allowedOrigins()),
        api.auth() == null ? null : api.auth().apiKeysSecretName(),
        tls == null ? null : tls.secretName(),
        tls == null ? null : tls.clientCaSecretName(),
        SourcesPlan.of(spec.sources()));
  }

  private static ApiAccess.@Nullable Oidc oidc(DataPipelineSpec spec) {
    var auth = spec.api().auth();
    var oidc = auth == null ? null : auth.oidc();
    return oidc == null
        ? null
        : new ApiAccess.Oidc(
            oidc.issuer(),
            oidc.audience(),
            oidc.scopesClaim(),
            oidc.ingestScopes(),
            oidc.queryScopes());
  }

  /** Whether a caller has to be somebody. */
  public boolean isProtected() {
    return keysSecret != null || settings.oidc() != null || clientCaSecret != null;
  }

  /** Whether the API's port speaks TLS. */
  public boolean usesTls() {
    return tlsSecret != null;
  }

  /** The Secrets that the API follows while it runs. */
  public List<String> secrets() {
    return Stream.of(
            keysSecret, tlsSecret, clientCaSecret, sources.snsSecret(), sources.firehoseSecret())
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }

  List<EnvVar> environment() {
    var variables = new ArrayList<EnvVar>();
    if (!settings.equals(ApiAccess.NONE)) {
      variables.add(RuntimePod.literal(RuntimeVariable.ACEQUIA_API_ACCESS, settings.toJson()));
    }
    if (!sources.settings().equals(PushSources.NONE)) {
      variables.add(
          RuntimePod.literal(RuntimeVariable.ACEQUIA_SOURCES, sources.settings().toJson()));
    }
    for (var mount : mounted()) {
      variables.add(RuntimePod.literal(mount.variable(), mount.folder()));
    }
    return variables;
  }

  List<Volume> volumes() {
    return mounted().stream()
        .map(
            mount ->
                new VolumeBuilder()
                    .withName(mount.volume())
                    .withNewSecret()
                    .withSecretName(mount.secret())
                    .withOptional(mount.optional() ? true : null)
                    .endSecret()
                    .build())
        .toList();
  }

  List<VolumeMount> mounts() {
    return mounted().stream()
        .map(
            mount ->
                new VolumeMountBuilder()
                    .withName(mount.volume())
                    .withMountPath(mount.folder())
                    .withReadOnly(true)
                    .build())
        .toList();
  }

  /**
   * A Secret as a folder of the Pod.
   *
   * @param optional whether the Pod starts without it, and loses the files when it is deleted
   */
  private record Mounted(
      RuntimeVariable variable, String volume, String folder, String secret, boolean optional) {}

  private List<Mounted> mounted() {
    var mounted = new ArrayList<Mounted>();
    if (keysSecret != null) {
      // Of a Secret that is not optional, the kubelet would leave the keys in place for ever.
      mounted.add(
          new Mounted(
              RuntimeVariable.ACEQUIA_API_KEYS_DIR,
              "api-keys",
              "/etc/acequia-api-keys",
              keysSecret,
              true));
    }
    if (tlsSecret != null) {
      mounted.add(
          new Mounted(
              RuntimeVariable.ACEQUIA_TLS_DIR, "tls", "/etc/acequia-tls", tlsSecret, false));
    }
    if (clientCaSecret != null) {
      mounted.add(
          new Mounted(
              RuntimeVariable.ACEQUIA_CLIENT_CA_DIR,
              "client-ca",
              "/etc/acequia-client-ca",
              clientCaSecret,
              false));
    }
    if (sources.snsSecret() != null) {
      mounted.add(
          new Mounted(
              RuntimeVariable.ACEQUIA_SNS_PASSWORDS_DIR,
              "sns-passwords",
              "/etc/acequia-sns-passwords",
              sources.snsSecret(),
              true));
    }
    if (sources.firehoseSecret() != null) {
      mounted.add(
          new Mounted(
              RuntimeVariable.ACEQUIA_FIREHOSE_KEYS_DIR,
              "firehose-keys",
              "/etc/acequia-firehose-keys",
              sources.firehoseSecret(),
              true));
    }
    return mounted;
  }
}
