package dev.acequia.operator.plan;

import dev.acequia.contract.ApiShutdown;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.operator.store.StorePlan;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Pod of a runtime process, which differs between API, consumer and migration only in what this
 * record holds. It meets the restricted Pod security standard and has no token of the cluster.
 *
 * @param identity a fingerprint of the ServiceAccount's annotations; empty without any
 * @param arguments the image's entry point
 * @param release the version, and the Secret it logs on to the store with
 * @param extra further environment variables
 * @param logins further Secrets that it logs on with
 * @param access who may call; null for what nobody calls
 * @param kafkaSecret the Secret that holds the client settings for Kafka; null where Kafka takes
 *     anyone
 */
record RuntimePod(
    PipelineNames names,
    PlatformConfig platform,
    StorePlan store,
    Component component,
    String identity,
    List<String> arguments,
    Release release,
    List<EnvVar> extra,
    List<SecretFile> logins,
    @Nullable AccessPlan access,
    @Nullable String kafkaSecret) {
  static final int HTTP_PORT = 8080;
  static final int MANAGEMENT_PORT = 8081;
  static final String URI = "uri";
  static final String USERNAME = "username";
  static final String PASSWORD = "password";
  static final String DEFINITION_FILE = "pipeline.json";
  static final String KAFKA_FILE = "kafka.properties";

  /** The key of a user's next password, until Kafka accepts it. No Pod mounts it. */
  static final String NEXT_KAFKA_FILE = "next.properties";

  private static final String DEFINITION_DIR = "/etc/acequia";
  private static final String KAFKA_DIR = "/etc/acequia-kafka";
  private static final String STORE_DIR = "/etc/acequia-store";
  private static final String CACHE = "cache";
  private static final String CACHE_DIR = "/var/acequia-cache";

  /** Long enough for the consumer to finish a slow batch; it drains on SIGTERM. */
  private static final long GRACE_SECONDS = 30;

  PodTemplateSpec template() {
    var isServer = component != Component.MIGRATION;
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(names.labels(component))
        .addToAnnotations(annotations())
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy(isServer ? "Always" : "Never")
        .withServiceAccountName(names.serviceAccount(component))
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(graceSeconds())
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withTopologySpreadConstraints(isServer ? List.of(spread()) : List.of())
        .withContainers(container())
        .withVolumes(volumes())
        .endSpec()
        .build();
  }

  private Map<String, String> annotations() {
    return identity.isEmpty()
        ? Map.of(PipelineNames.CREDENTIALS_ANNOTATION, release.credentials())
        : Map.of(
            PipelineNames.CREDENTIALS_ANNOTATION,
            release.credentials(),
            PipelineNames.IDENTITY_ANNOTATION,
            identity);
  }

  private long graceSeconds() {
    return switch (component) {
      case API -> ApiShutdown.GRACE.toSeconds();
      case CONSUMER, MIGRATION -> GRACE_SECONDS;
    };
  }

  private Container container() {
    var container =
        new ContainerBuilder()
            .withName(component.label())
            .withImage(release.image())
            .withArgs(arguments.stream().map(RuntimePod::verbatim).toList())
            .withEnv(environment())
            .withResources(resources())
            .withVolumeMounts(mounts())
            .withTerminationMessagePath("/dev/termination-log")
            .withTerminationMessagePolicy("File")
            .withNewSecurityContext()
            .withAllowPrivilegeEscalation(false)
            .withReadOnlyRootFilesystem(true)
            .withNewCapabilities()
            .addToDrop("ALL")
            .endCapabilities()
            .endSecurityContext();
    return switch (component) {
      case MIGRATION -> container.build();
      case CONSUMER -> withProbes(container.withPorts(port("management", MANAGEMENT_PORT))).build();
      case API ->
          withProbes(
                  container
                      .withPorts(port("http", HTTP_PORT), port("management", MANAGEMENT_PORT))
                      // Between the Pod's end and the last balancer's knowing of it.
                      .withNewLifecycle()
                      .withNewPreStop()
                      .withNewSleep(ApiShutdown.PRE_STOP.toSeconds())
                      .endPreStop()
                      .endLifecycle())
              .build();
    };
  }

  /**
   * Two minutes to start, ready as soon as it is, and half a minute of silence before a restart.
   */
  private static ContainerBuilder withProbes(ContainerBuilder container) {
    return container
        .withStartupProbe(probe("/health/live", 1, 120))
        .withLivenessProbe(probe("/health/live", 10, 3))
        .withReadinessProbe(probe("/health/ready", 2, 2));
  }

  private static Probe probe(String path, int periodSeconds, int failureThreshold) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withNewPort("management")
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(5)
        .withFailureThreshold(failureThreshold)
        .build();
  }

  private List<EnvVar> environment() {
    var variables = new ArrayList<EnvVar>();
    variables.add(
        literal(RuntimeVariable.ACEQUIA_DEFINITION, DEFINITION_DIR + "/" + DEFINITION_FILE));
    variables.add(literal(RuntimeVariable.ACEQUIA_TERMINATION_LOG, "/dev/termination-log"));
    variables.add(
        new EnvVarBuilder()
            .withName(RuntimeVariable.POD_NAME.name())
            .withNewValueFrom()
            .withNewFieldRef("v1", "metadata.name")
            .endValueFrom()
            .build());
    variables.add(
        literal(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, platform.kafka().bootstrapServers()));
    if (kafkaSecret != null) {
      variables.add(literal(RuntimeVariable.KAFKA_PROPERTIES_FILE, KAFKA_DIR + "/" + KAFKA_FILE));
    }
    variables.add(literal(RuntimeVariable.STORE_KIND, store.definition().kind()));
    if (!secretFiles().isEmpty()) {
      variables.add(literal(RuntimeVariable.ACEQUIA_STORE_DIR, STORE_DIR));
    }
    if (diskBytes() > 0) {
      variables.add(literal(RuntimeVariable.STORE_CACHE_DIR, CACHE_DIR));
    }
    variables.addAll(extra);
    if (access != null) {
      variables.addAll(access.environment());
      Optional.ofNullable(platform.sources().standIn())
          .map(address -> literal(RuntimeVariable.ACEQUIA_SOURCES_STAND_IN, address))
          .ifPresent(variables::add);
    }
    if (release.replay() != null) {
      variables.add(literal(RuntimeVariable.ACEQUIA_REPLAY, release.replay().toJson()));
    }
    return variables;
  }

  private List<Volume> volumes() {
    var volumes = new ArrayList<Volume>();
    volumes.add(
        new VolumeBuilder()
            .withName("definition")
            .withNewConfigMap()
            .withName(release.definition())
            .endConfigMap()
            .build());
    volumes.add(
        new VolumeBuilder()
            .withName("tmp")
            .withNewEmptyDir()
            .withSizeLimit(new Quantity("256Mi"))
            .endEmptyDir()
            .build());
    if (!secretFiles().isEmpty()) {
      volumes.add(SecretFile.volume(secretFiles()));
    }
    if (diskBytes() > 0) {
      volumes.add(
          new VolumeBuilder()
              .withName(CACHE)
              .withNewEmptyDir()
              .withSizeLimit(new Quantity((diskBytes() >> 20) + "Mi"))
              .endEmptyDir()
              .build());
    }
    if (kafkaSecret != null) {
      volumes.add(
          new VolumeBuilder()
              .withName("kafka")
              .withNewSecret()
              .withSecretName(kafkaSecret)
              .withItems(kafkaFiles())
              .endSecret()
              .build());
    }
    if (access != null) {
      volumes.addAll(access.volumes());
    }
    return volumes;
  }

  /** A Pod waits for the key: without it, Kafka has no password of the user yet. */
  private List<KeyToPath> kafkaFiles() {
    return platform.kafka().makesUsers()
        ? List.of(new KeyToPath(KAFKA_FILE, null, KAFKA_FILE))
        : List.of();
  }

  private List<SecretFile> secretFiles() {
    var files = new ArrayList<SecretFile>();
    var login = release.storeSecret();
    if (login != null) {
      // What it logs on with comes first: see Release.
      if (store.secretKeys().contains(URI)) {
        files.add(new SecretFile(RuntimeVariable.STORE_URI, login, URI));
      }
      files.add(new SecretFile(RuntimeVariable.STORE_USERNAME, login, USERNAME));
      files.add(new SecretFile(RuntimeVariable.STORE_PASSWORD, login, PASSWORD));
    }
    files.addAll(logins);
    store
        .furtherSecrets(purpose())
        .forEach(one -> files.add(new SecretFile(one.variable(), one.secret(), one.key())));
    return files;
  }

  private StorePlan.Purpose purpose() {
    return component == Component.API ? StorePlan.Purpose.READER : StorePlan.Purpose.WRITER;
  }

  private long diskBytes() {
    return component == Component.API ? store.diskBytes() : 0;
  }

  private List<VolumeMount> mounts() {
    var mounts = new ArrayList<VolumeMount>();
    mounts.add(mount("definition", DEFINITION_DIR, true));
    mounts.add(mount("tmp", "/tmp", false));
    if (!secretFiles().isEmpty()) {
      mounts.add(mount("store", STORE_DIR, true));
    }
    if (diskBytes() > 0) {
      mounts.add(mount(CACHE, CACHE_DIR, false));
    }
    if (kafkaSecret != null) {
      mounts.add(mount("kafka", KAFKA_DIR, true));
    }
    if (access != null) {
      mounts.addAll(access.mounts());
    }
    return mounts;
  }

  private ResourceRequirements resources() {
    var configured =
        component == Component.API ? platform.resources().api() : platform.resources().consumer();
    if (configured != null) {
      return configured;
    }
    return component == Component.API
        ? memory("100m", "384Mi", "768Mi")
        : memory("50m", "192Mi", "512Mi");
  }

  /** No limit of CPU: throttling costs latency, and requests already share it out fairly. */
  private static ResourceRequirements memory(String cpu, String request, String limit) {
    return new ResourceRequirementsBuilder()
        .addToRequests("cpu", new Quantity(cpu))
        .addToRequests("memory", new Quantity(request))
        .addToLimits("memory", new Quantity(limit))
        .build();
  }

  private TopologySpreadConstraint spread() {
    return new TopologySpreadConstraintBuilder()
        .withMaxSkew(1)
        .withTopologyKey("kubernetes.io/hostname")
        .withWhenUnsatisfiable("ScheduleAnyway")
        .withNewLabelSelector()
        .withMatchLabels(names.selector(component))
        .endLabelSelector()
        .build();
  }

  private static ContainerPort port(String name, int number) {
    return new ContainerPortBuilder()
        .withName(name)
        .withContainerPort(number)
        .withProtocol("TCP")
        .build();
  }

  private static VolumeMount mount(String volume, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(volume)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }

  /** A variable with just this value. */
  static EnvVar literal(RuntimeVariable variable, String value) {
    return new EnvVarBuilder().withName(variable.name()).withValue(verbatim(value)).build();
  }

  /**
   * The kubelet puts the value of a variable, such as a password, where {@code $(NAME)} stands in
   * another variable or an argument. It takes {@code $$} for a dollar sign that means nothing.
   */
  private static String verbatim(String text) {
    return text.replace("$", "$$");
  }

  /** What the process sees of a variable that {@link #literal} made. */
  static String value(EnvVar variable) {
    return String.valueOf(variable.getValue()).replace("$$", "$");
  }
}
