package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.MigrationStatus;
import dev.acequia.operator.store.StorePlan;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that should exist for one pipeline, step by step in the order of its life. What has to wait
 * is not among the steps yet: a definition for the topic's id, a Deployment for its migration.
 * Until then a Deployment goes on as it is.
 *
 * @param definition the newest; null before the topic has an id
 * @param newestMigration what the status has to note before the migration is created; null while
 *     something is missing that it depends on
 * @param migrated whether the newest migration has succeeded
 */
public record PipelinePlan(
    PipelineNames names,
    TopicsPlan topics,
    StorePlan store,
    ConsumerScale consumerScale,
    List<PlanStep> steps,
    @Nullable PipelineDefinition definition,
    @Nullable MigrationStatus newestMigration,
    boolean migrated) {

  public PipelinePlan {
    steps = List.copyOf(steps);
  }

  /** The plan for a spec that has passed validation. */
  public static PipelinePlan of(DataPipeline pipeline, PlatformConfig platform, Facts facts) {
    return new Assembly(pipeline, platform, facts).plan();
  }

  /** Every object, in the order of its life. */
  public List<HasMetadata> objects() {
    return steps.stream().map(PlanStep::object).toList();
  }

  /** What nothing has to precede: ServiceAccounts, Service and generated Secrets. */
  public List<HasMetadata> foundation() {
    return steps.stream()
        .filter(PlanStep.Foundation.class::isInstance)
        .map(PlanStep::object)
        .toList();
  }

  /** The ConfigMap with the newest definition; null before the topic has an id. */
  public @Nullable ConfigMap definitionMap() {
    return definition == null ? null : find(ConfigMap.class, names.definition(definition.toJson()));
  }

  /** The Job that the newest definition needs; null while something is missing for it. */
  public @Nullable Job migration() {
    return newestMigration == null ? null : find(Job.class, newestMigration.job());
  }

  /**
   * The newest release once its migration has succeeded, before that what is live; null while
   * neither is.
   */
  public @Nullable Deployment consumer() {
    return find(Deployment.class, names.consumerDeployment());
  }

  /** Like {@link #consumer}. */
  public @Nullable Deployment api() {
    return find(Deployment.class, names.apiDeployment());
  }

  private <T extends HasMetadata> @Nullable T find(Class<T> type, String name) {
    return steps.stream()
        .map(PlanStep::object)
        .filter(object -> object.getMetadata().getName().equals(name))
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst()
        .orElse(null);
  }

  /**
   * This plan while its pipeline stays in the version that it has: what is there is all that can be
   * observed.
   *
   * @param kept the migration that this version goes by; null while the status names it
   * @param keptIsDone false while that migration has not succeeded
   */
  public PipelinePlan held(@Nullable MigrationStatus kept, boolean keptIsDone) {
    return new PipelinePlan(names, topics, store, consumerScale, List.of(), null, kept, keptIsDone);
  }

  /** Whether this is a {@link #held} plan; any other has a ServiceAccount at least. */
  public boolean isHeld() {
    return steps.isEmpty();
  }

  /** The ConfigMaps that a Deployment of this plan refers to, and the newest. */
  public Set<String> definitionsInUse() {
    return Stream.concat(
            Stream.ofNullable(definitionMap()).map(map -> map.getMetadata().getName()),
            Stream.of(consumer(), api())
                .filter(Objects::nonNull)
                .flatMap(deployment -> Release.of(deployment).stream())
                .map(Release::definition))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The steps of {@link #of}, which share what they know. */
  private record Assembly(DataPipeline pipeline, PlatformConfig platform, Facts facts) {

    PipelinePlan plan() {
      var names = PipelineNames.of(pipeline);
      var spec = pipeline.getSpec();
      var topics = TopicsPlan.of(names, spec, platform);
      var workloads =
          new Workloads(names, platform, store(), Identities.of(pipeline, platform), facts.uid());
      var definition = facts.topic() == null ? null : DefinitionPlan.of(pipeline, facts.topic());
      var definitionMap = definition == null ? null : workloads.definition(definition);
      var newestMigration = definition == null ? null : newestMigration(workloads, definition);
      var migration =
          definition == null || newestMigration == null
              ? null
              : migration(workloads, definition, newestMigration);
      var migrated =
          migration != null
              && facts.succeededMigrations().contains(migration.getMetadata().getName());
      var scale = ConsumerScale.of(spec);
      var replay =
          ReplayChoice.of(
              facts.replays(),
              facts.liveConsumer() == null ? null : facts.liveConsumer().replay(),
              facts.topic());
      var consumer =
          release(
              Component.CONSUMER,
              migrated,
              definitionMap,
              writerSecret(),
              facts.writer(),
              replay.order());
      var api =
          release(Component.API, migrated, definitionMap, readerSecret(), facts.reader(), null);
      var liveConsumer = consumer == null ? facts.liveConsumer() : consumer;
      var liveApi = api == null ? facts.liveApi() : api;
      var steps = new ArrayList<PlanStep>();
      strimzi(names, topics).forEach(object -> steps.add(new PlanStep.Topics(object)));
      foundation(workloads).forEach(object -> steps.add(new PlanStep.Foundation(object)));
      if (definitionMap != null) {
        steps.add(new PlanStep.Apply(definitionMap));
      }
      if (migration != null) {
        steps.add(new PlanStep.CreateOnce(migration));
      }
      if (liveConsumer != null) {
        steps.add(
            new PlanStep.Apply(
                workloads.consumer(
                    liveConsumer, deletionsKept(topics), scale.replicas(), replay.ended())));
      }
      if (liveApi != null) {
        steps.add(
            new PlanStep.Apply(workloads.api(liveApi, AccessPlan.of(spec), spec.api().replicas())));
      }
      return new PipelinePlan(
          names, topics, store(), scale, steps, definition, newestMigration, migrated);
    }

    private List<HasMetadata> strimzi(PipelineNames names, TopicsPlan topics) {
      var strimzi = platform.kafka().strimzi();
      return strimzi == null
              || platform.kafka().topicProvider() != PlatformConfig.TopicProvider.STRIMZI
          ? List.of()
          : new StrimziPlan(names, facts.uid(), topics, strimzi).objects();
    }

    /** Empty also where nothing is deleted. */
    private Optional<Duration> deletionsKept(TopicsPlan topics) {
      return pipeline.getSpec().consumer().mode() == LoadMode.UPSERT
          ? topics.deletionsKept()
          : Optional.empty();
    }

    private List<HasMetadata> foundation(Workloads workloads) {
      var objects = new ArrayList<HasMetadata>();
      for (var component : Component.values()) {
        objects.add(workloads.serviceAccount(component));
      }
      objects.add(workloads.service(AccessPlan.of(pipeline.getSpec()).usesTls()));
      objects.addAll(generatedSecrets(workloads));
      if (facts.kafka() != null) {
        objects.addAll(workloads.kafka(facts.kafka()));
      }
      return objects;
    }

    private List<Secret> generatedSecrets(Workloads workloads) {
      var secrets = new ArrayList<Secret>();
      if (facts.store() == null || !store().hasRoles()) {
        return secrets;
      }
      var names = workloads.names();
      if (store().readyWriter() == null && facts.writer() != null) {
        secrets.add(workloads.login(names.writerSecret(), facts.store().uri(), facts.writer()));
      }
      if (store().readyReader() == null && facts.reader() != null) {
        secrets.add(workloads.login(names.readerSecret(), facts.store().uri(), facts.reader()));
      }
      return secrets;
    }

    private @Nullable MigrationStatus newestMigration(
        Workloads workloads, PipelineDefinition definition) {
      if (facts.store() == null
          || facts.writer() == null
          || facts.reader() == null
          || (platform.kafka().logsOn() && !canLogOn())) {
        return null;
      }
      var name =
          workloads
              .names()
              .migrationJob(
                  Fingerprint.of(
                      DefinitionPlan.migrationPart(definition)
                          + DefinitionPlan.allowedRewrite(pipeline, definition).orElse("")
                          + Objects.requireNonNullElse(platform.installation(), ""),
                      credentials(),
                      platform.runtimeImage()));
      return new MigrationStatus(name, version(name), platform.runtimeImage());
    }

    /** Kafka need not say again that it takes what the Pods run with. */
    private boolean canLogOn() {
      return facts.kafka() != null
          && (facts.kafka().areTaken()
              || (runsWith(Component.CONSUMER, facts.liveConsumer(), facts.writer())
                  && runsWith(Component.API, facts.liveApi(), facts.reader())));
    }

    private boolean runsWith(
        Component component, @Nullable Release live, Facts.@Nullable Login login) {
      return live != null
          && login != null
          && live.credentials().equals(Fingerprint.of(login.hash(), kafkaHash(component)));
    }

    /**
     * Kubernetes does not raise the generation for an annotation, a Secret or the runtime's image,
     * though each makes another Job. Former operators used the generation, so the first number is
     * above it.
     */
    private long version(String job) {
      var noted = pipeline.getStatus() == null ? null : pipeline.getStatus().migration();
      if (noted != null && job.equals(noted.job())) {
        return noted.version();
      }
      var generation = Optional.ofNullable(pipeline.getMetadata().getGeneration()).orElse(0L);
      return Math.max(generation, noted == null ? 0 : noted.version()) + 1;
    }

    private String credentials() {
      return Fingerprint.of(
          Objects.requireNonNull(facts.store()).hash(),
          Objects.requireNonNull(facts.writer()).hash(),
          Objects.requireNonNull(facts.reader()).hash(),
          kafkaHash(Component.MIGRATION));
    }

    private Job migration(
        Workloads workloads, PipelineDefinition definition, MigrationStatus newest) {
      return workloads.migration(
          newest.job(),
          new Release(
              workloads.names().definition(definition.toJson()),
              platform.runtimeImage(),
              store().secret(),
              credentials()),
          roles(),
          DefinitionPlan.allowedRewrite(pipeline, definition),
          DefinitionPlan.areOffsetsApplied(pipeline),
          newest.version());
    }

    private List<SecretFile> roles() {
      return !store().hasRoles()
          ? List.of()
          : Workloads.roles(
              ownWriter(),
              store().readyWriter() == null,
              ownReader(),
              store().readyReader() == null);
    }

    /** The newest release, null while its migration has not succeeded. */
    private @Nullable Release release(
        Component component,
        boolean migrated,
        @Nullable ConfigMap definitionMap,
        @Nullable String secret,
        Facts.@Nullable Login login,
        @Nullable ReplayOrder replay) {
      return !migrated || definitionMap == null || login == null
          ? null
          : new Release(
              definitionMap.getMetadata().getName(),
              platform.runtimeImage(),
              secret,
              Fingerprint.of(login.hash(), kafkaHash(component)),
              replay);
    }

    private String kafkaHash(Component component) {
      return facts.kafka() == null ? "" : facts.kafka().of(component).hash();
    }

    private @Nullable String writerSecret() {
      return store().hasRoles() ? ownWriter() : store().secret();
    }

    private @Nullable String readerSecret() {
      return store().hasRoles() ? ownReader() : store().secret();
    }

    private String ownWriter() {
      return Objects.requireNonNullElseGet(
          store().readyWriter(), PipelineNames.of(pipeline)::writerSecret);
    }

    private String ownReader() {
      return Objects.requireNonNullElseGet(
          store().readyReader(), PipelineNames.of(pipeline)::readerSecret);
    }

    private StorePlan store() {
      return StorePlan.of(pipeline);
    }
  }
}
