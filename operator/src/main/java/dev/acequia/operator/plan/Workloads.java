package dev.acequia.operator.plan;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.Termination;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.store.StorePlan;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Each object in the pipeline's namespace, built once.
 *
 * @param uid the resource's own, for owner references; null for objects that outlive it or are only
 *     shown
 */
record Workloads(
    PipelineNames names,
    PlatformConfig platform,
    StorePlan store,
    Identities identities,
    @Nullable String uid) {

  /** About 20 minutes with Kubernetes' own back-off; then the operator starts afresh. */
  private static final int MIGRATION_RETRIES = 6;

  /** Its token is mounted nowhere; where a cloud gives a Pod another one by it, that is mounted. */
  ServiceAccount serviceAccount(Component component) {
    return new ServiceAccountBuilder()
        .withMetadata(metadata(names.serviceAccount(component), names.labels(component)))
        .editMetadata()
        .addToAnnotations(identities.annotations(component))
        .endMetadata()
        .withAutomountServiceAccountToken(false)
        .build();
  }

  ConfigMap definition(PipelineDefinition definition) {
    var json = definition.toJson();
    return new ConfigMapBuilder()
        .withMetadata(metadata(names.definition(json), names.labels()))
        .withImmutable(true)
        .addToData(RuntimePod.DEFINITION_FILE, json)
        .build();
  }

  Secret login(String name, String uri, Facts.Login login) {
    return secret(
        name,
        Map.of(
            RuntimePod.URI, uri,
            RuntimePod.USERNAME, login.username(),
            RuntimePod.PASSWORD, login.password()));
  }

  /** One Secret for each component that has a user of its own, or one for all. */
  List<Secret> kafka(KafkaLogins logins) {
    return platform.kafka().makesUsers()
        ? List.of(
            kafka(names.kafkaSecret(Component.CONSUMER), logins.consumer()),
            kafka(names.kafkaSecret(Component.API), logins.api()))
        : List.of(kafka(names.kafkaSecret(), logins.consumer()));
  }

  private Secret kafka(String name, KafkaLogins.Login login) {
    var values = new HashMap<String, String>();
    if (login.mounted() != null) {
      values.put(RuntimePod.KAFKA_FILE, login.mounted().properties());
    }
    if (login.next() != null) {
      values.put(RuntimePod.NEXT_KAFKA_FILE, login.next().properties());
    }
    var secret = secret(name, values);
    if (login.read() != null) {
      secret.getMetadata().setUid(login.read().uid());
      secret.getMetadata().setResourceVersion(login.read().resourceVersion());
    }
    return secret;
  }

  private @Nullable String kafkaSecret(Component component) {
    if (platform.kafka().makesUsers()) {
      return names.kafkaSecret(component == Component.MIGRATION ? Component.CONSUMER : component);
    }
    return platform.kafka().logsOn() ? names.kafkaSecret() : null;
  }

  Service service(boolean tls) {
    return new ServiceBuilder()
        .withMetadata(metadata(names.service(), names.labels(Component.API)))
        .withNewSpec()
        .withType(
            switch (platform.exposure().type()) {
              case NODE_PORT -> "NodePort";
              case CLUSTER_IP -> "ClusterIP";
            })
        .withSelector(names.selector(Component.API))
        .addNewPort()
        .withName(tls ? "https" : "http")
        .withProtocol("TCP")
        .withPort(tls ? 443 : 80)
        .withNewTargetPort("http")
        .withAppProtocol(tls ? "https" : "http")
        .endPort()
        .endSpec()
        .build();
  }

  /**
   * The migration. A Job cannot be changed, so its name stands for all that it depends on; it has
   * no time to live, since its presence says that the work is done.
   *
   * @param version increases with each new migration of the resource
   */
  Job migration(
      String name,
      Release release,
      List<SecretFile> roles,
      Optional<String> allowedRewrite,
      boolean offsetsApplied,
      long version) {
    var variables = new ArrayList<EnvVar>();
    variables.add(
        RuntimePod.literal(
            RuntimeVariable.STORE_REWRITE_LIMIT,
            Long.toString(platform.store().rewriteLimitBytes())));
    allowedRewrite.ifPresent(
        hash -> variables.add(RuntimePod.literal(RuntimeVariable.STORE_ALLOWED_REWRITE, hash)));
    if (offsetsApplied) {
      variables.add(RuntimePod.literal(RuntimeVariable.ACEQUIA_OFFSETS_APPLIED, "true"));
    }
    if (uid != null) {
      variables.add(
          RuntimePod.literal(
              RuntimeVariable.ACEQUIA_SPEC_VERSION, new SpecVersion(uid, version).toString()));
    }
    return job(
        name, List.of("migrate"), release, variables, roles, uid, kafkaSecret(Component.MIGRATION));
  }

  /**
   * The migration's undoing, which asks Kafka nothing. It must not fall to the garbage collection
   * that may already be at work on the pipeline, so it has no owner.
   *
   * @param ownerUid of the resource whose table it drops
   */
  Job drop(Release release, List<EnvVar> roles, @Nullable String ownerUid) {
    return job(
        names.dropJob(), List.of("migrate", "drop"), release, roles, List.of(), ownerUid, null);
  }

  private Job job(
      String name,
      List<String> arguments,
      Release release,
      List<EnvVar> extra,
      List<SecretFile> logins,
      @Nullable String ownerUid,
      @Nullable String kafkaSecret) {
    var variables = new ArrayList<>(extra);
    if (platform.installation() != null && ownerUid != null) {
      variables.add(
          RuntimePod.literal(RuntimeVariable.ACEQUIA_INSTALLATION, platform.installation()));
      variables.add(RuntimePod.literal(RuntimeVariable.ACEQUIA_PIPELINE_UID, ownerUid));
    }
    var pod =
        new RuntimePod(
            names,
            platform,
            store,
            Component.MIGRATION,
            identities.fingerprint(Component.MIGRATION),
            arguments,
            release,
            variables,
            logins,
            null,
            kafkaSecret);
    return new JobBuilder()
        .withMetadata(metadata(name, names.labels(Component.MIGRATION)))
        .withNewSpec()
        .withBackoffLimit(MIGRATION_RETRIES)
        .withNewPodFailurePolicy()
        .addNewRule()
        .withAction("FailJob") // only a person can help
        .withNewOnExitCodes()
        .withContainerName(Component.MIGRATION.label())
        .withOperator("In")
        .withValues(Termination.EXIT_CODE)
        .endOnExitCodes()
        .endRule()
        .addNewRule()
        .withAction("Ignore") // a drained node is no failure
        .addNewOnPodCondition("True", "DisruptionTarget")
        .endRule()
        .endPodFailurePolicy()
        .withTemplate(pod.template())
        .endSpec()
        .build();
  }

  /**
   * The new Pod takes over before the old one goes: while a new version fails, the old one loads.
   *
   * @param deletionsKept how long it is remembered what was deleted; empty when for ever
   */
  Deployment consumer(
      Release release,
      Optional<Duration> deletionsKept,
      int replicas,
      @Nullable String endedReplay) {
    var memory =
        deletionsKept.stream()
            .map(
                kept -> RuntimePod.literal(RuntimeVariable.ACEQUIA_DELETIONS_KEPT, kept.toString()))
            .toList();
    var deployment =
        deployment(
            names.consumerDeployment(),
            Component.CONSUMER,
            "consumer",
            release,
            memory,
            null,
            replicas);
    if (endedReplay != null) {
      deployment
          .getMetadata()
          .setAnnotations(Map.of(PipelineNames.REPLAY_ENDED_ANNOTATION, endedReplay));
    }
    return deployment;
  }

  Deployment api(Release release, AccessPlan access, int replicas) {
    return deployment(
        names.apiDeployment(), Component.API, "api", release, List.of(), access, replicas);
  }

  private Deployment deployment(
      String name,
      Component component,
      String argument,
      Release release,
      List<EnvVar> extra,
      @Nullable AccessPlan access,
      int replicas) {
    var pod =
        new RuntimePod(
            names,
            platform,
            store,
            component,
            identities.fingerprint(component),
            List.of(argument),
            release,
            extra,
            List.of(),
            access,
            kafkaSecret(component));
    return new DeploymentBuilder()
        .withMetadata(metadata(name, names.labels(component)))
        .withNewSpec()
        .withReplicas(replicas)
        .withRevisionHistoryLimit(2)
        .withNewSelector()
        .withMatchLabels(names.selector(component))
        .endSelector()
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withNewMaxSurge(1)
        .withNewMaxUnavailable(0)
        .endRollingUpdate()
        .endStrategy()
        .withTemplate(pod.template())
        .endSpec()
        .build();
  }

  /**
   * The roles that the migration serves: one with a password is made, a ready one is only granted
   * what it needs.
   */
  static List<SecretFile> roles(
      String writerSecret, boolean makeWriter, String readerSecret, boolean makeReader) {
    var roles = new ArrayList<SecretFile>();
    roles.add(
        new SecretFile(RuntimeVariable.STORE_WRITER_USERNAME, writerSecret, RuntimePod.USERNAME));
    if (makeWriter) {
      roles.add(
          new SecretFile(RuntimeVariable.STORE_WRITER_PASSWORD, writerSecret, RuntimePod.PASSWORD));
    }
    roles.add(
        new SecretFile(RuntimeVariable.STORE_READER_USERNAME, readerSecret, RuntimePod.USERNAME));
    if (makeReader) {
      roles.add(
          new SecretFile(RuntimeVariable.STORE_READER_PASSWORD, readerSecret, RuntimePod.PASSWORD));
    }
    return roles;
  }

  private Secret secret(String name, Map<String, String> values) {
    var data = new TreeMap<String, String>();
    values.forEach(
        (key, value) ->
            data.put(
                key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return new SecretBuilder()
        .withMetadata(metadata(name, names.labels()))
        .withType("Opaque")
        .withData(data)
        .build();
  }

  private ObjectMeta metadata(String name, Map<String, String> labels) {
    var metadata =
        new ObjectMetaBuilder().withName(name).withNamespace(names.namespace()).withLabels(labels);
    if (uid != null) {
      metadata
          .addNewOwnerReference()
          .withApiVersion(DataPipeline.GROUP + "/" + DataPipeline.VERSION)
          .withKind(DataPipeline.KIND)
          .withName(names.pipeline())
          .withUid(uid)
          .withController(true)
          .withBlockOwnerDeletion(true)
          .endOwnerReference();
    }
    return metadata.build();
  }
}
