package dev.acequia.operator.plan;

import dev.acequia.contract.Fingerprint;
import dev.acequia.crds.DataPipeline;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every name that one pipeline gives to something, in Kubernetes and Kafka. */
public record PipelineNames(String namespace, String pipeline) {
  /** Field manager of every write, and the value of {@code app.kubernetes.io/managed-by}. */
  public static final String MANAGER = "acequia";

  public static final String FINALIZER = DataPipeline.GROUP + "/pipeline";

  /** On a Pod template and on a Job: the hash of the Secrets' contents it was made for. */
  public static final String CREDENTIALS_ANNOTATION = DataPipeline.GROUP + "/credentials";

  /** On an API Pod: the version of the Secrets by which it knows its callers. */
  public static final String ACCESS_ANNOTATION = DataPipeline.GROUP + "/access";

  /** On a consumer Deployment: the id of the replay it was last seen to have carried out. */
  public static final String REPLAY_ENDED_ANNOTATION = DataPipeline.GROUP + "/replay-ended";

  /** On objects outside of the pipeline's namespace, which no owner reference can tie to it. */
  public static final String NAMESPACE_LABEL = DataPipeline.GROUP + "/pipeline-namespace";

  /** On objects that outlive the pipeline: its uid, as an owner reference would give it. */
  public static final String UID_ANNOTATION = DataPipeline.GROUP + "/pipeline-uid";

  /**
   * On a template: a fingerprint of its ServiceAccount's annotations. A cloud gives a Pod its
   * identity when it is made, so another one makes another Pod.
   */
  public static final String IDENTITY_ANNOTATION = DataPipeline.GROUP + "/identity";

  /**
   * The part of a resource that this version of the operator cannot read, such as {@code
   * spec.schema.fields[3].type}. It stands on objects in memory only.
   */
  public static final String UNREADABLE = DataPipeline.GROUP + "/unreadable";

  /** Its value where the resource is larger than what the operator reads. */
  public static final String UNREADABLE_SIZE = "size";

  public static final String NAME_LABEL = "app.kubernetes.io/name";
  public static final String INSTANCE_LABEL = "app.kubernetes.io/instance";
  public static final String COMPONENT_LABEL = "app.kubernetes.io/component";
  public static final String MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";

  /** Selects all that the operator made, for all pipelines. */
  public static final String OWN_OBJECTS =
      NAME_LABEL + "=acequia-pipeline," + MANAGED_BY_LABEL + "=" + MANAGER;

  public static PipelineNames of(DataPipeline pipeline) {
    return new PipelineNames(
        pipeline.getMetadata().getNamespace(), pipeline.getMetadata().getName());
  }

  public String topic() {
    return namespace + "." + pipeline;
  }

  /** Named after the pipeline, whatever its topic is called. */
  public String consumerGroup() {
    return topic();
  }

  /**
   * What of the resource cannot be read, if anything. Anyone may write the annotation to a spec
   * that has fields.
   */
  public static Optional<String> unreadable(DataPipeline pipeline) {
    var annotations = pipeline.getMetadata().getAnnotations();
    var spec = pipeline.getSpec();
    return annotations == null
            || (spec != null && spec.schema() != null && !spec.schema().fields().isEmpty())
        ? Optional.empty()
        : Optional.ofNullable(annotations.get(UNREADABLE));
  }

  public String deadLetterTopic() {
    return topic() + ".dlq";
  }

  /** The user's name in Kafka and of Strimzi's resource; Kafka's own users end at 64 characters. */
  public String kafkaUser() {
    var name = topic();
    return name.length() <= 64
        ? name
        : name.substring(0, 55).replaceAll("[-.]+$", "") + "-" + Fingerprint.of(name);
  }

  /**
   * The user in Kafka of a component that has its own. Operators of several clusters can share a
   * Kafka, and people have users there too: the name has the installation in it, and is never cut.
   */
  public String kafkaUser(Component component, @Nullable String installation) {
    return "acequia-%s.%s.%s"
        .formatted(
            Fingerprint.of(Objects.requireNonNullElse(installation, "")),
            topic(),
            component.label());
  }

  /** The name of the ConfigMap that holds this definition. */
  public String definition(String json) {
    return pipeline + "-definition-" + Fingerprint.of(json);
  }

  public String writerSecret() {
    return pipeline + "-writer";
  }

  public String readerSecret() {
    return pipeline + "-reader";
  }

  /** The copy of the pipeline's credentials for Kafka. */
  public String kafkaSecret() {
    return pipeline + "-kafka";
  }

  /** The log-on of a component to Kafka, where each has its own. */
  public String kafkaSecret(Component component) {
    return kafkaSecret() + "-" + component.label();
  }

  /** Whether a Secret of this name holds one of the pipeline's log-ons to Kafka. */
  public boolean isKafkaSecret(String name) {
    return name.equals(kafkaSecret())
        || name.equals(kafkaSecret(Component.API))
        || name.equals(kafkaSecret(Component.CONSUMER));
  }

  /** Of a component's processes. */
  public String serviceAccount(Component component) {
    return pipeline + "-" + component.label();
  }

  public String migrationJob(String fingerprint) {
    return migrationJobs() + fingerprint;
  }

  public boolean isMigrationJob(String name) {
    return name.startsWith(migrationJobs());
  }

  private String migrationJobs() {
    return pipeline + "-migrate-";
  }

  public String dropJob() {
    return pipeline + "-drop";
  }

  public String consumerDeployment() {
    return pipeline + "-consumer";
  }

  public String apiDeployment() {
    return pipeline + "-api";
  }

  public String service() {
    return pipeline;
  }

  /** Labels of every object of the pipeline. */
  public Map<String, String> labels() {
    var labels = new LinkedHashMap<String, String>();
    labels.put(NAME_LABEL, "acequia-pipeline");
    labels.put(INSTANCE_LABEL, pipeline);
    labels.put(MANAGED_BY_LABEL, MANAGER);
    return labels;
  }

  /** Labels of the objects of one component. */
  public Map<String, String> labels(Component component) {
    var labels = labels();
    labels.put(COMPONENT_LABEL, component.label());
    return labels;
  }

  /** What a Deployment or Service selects its Pods by; a Deployment's can never change. */
  public Map<String, String> selector(Component component) {
    var selector = new LinkedHashMap<String, String>();
    selector.put(NAME_LABEL, "acequia-pipeline");
    selector.put(INSTANCE_LABEL, pipeline);
    selector.put(COMPONENT_LABEL, component.label());
    return selector;
  }
}
