package dev.acequia.operator.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.acequia.contract.AllowedRewrite;
import dev.acequia.crds.ServiceAccountsSpec;
import dev.acequia.crds.SpecDuration;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the platform team decides once for all pipelines; a YAML file.
 *
 * @param runtimeImage the image of API, consumer and migration
 * @param exposure how an API is reached from outside
 * @param requireAuth whether an API that is open to everyone is refused
 * @param store how careful migrations are, and where records may be
 * @param sources whose signatures pushes are verified by
 * @param rollout how fast changes of the platform reach the pipelines
 * @param resources what the processes ask for, where not the defaults
 * @param installation this operator's name among all that share a Kafka or a database; null: the
 *     operator finds one
 * @param watchNamespaces the only namespaces whose pipelines the operator sees; empty: all
 */
public record PlatformConfig(
    String runtimeImage,
    Kafka kafka,
    Exposure exposure,
    boolean requireAuth,
    Store store,
    Sources sources,
    Rollout rollout,
    Resources resources,
    @Nullable ServiceAccountsSpec serviceAccounts,
    @Nullable String installation,
    List<String> watchNamespaces) {

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public PlatformConfig {
    require(runtimeImage, "runtimeImage");
    require(kafka, "kafka");
    exposure = exposure == null ? new Exposure(Exposure.Type.CLUSTER_IP, null) : exposure;
    store = store == null ? new Store(null, false) : store;
    sources = sources == null ? new Sources(null) : sources;
    rollout = rollout == null ? new Rollout(0, 0, Rollout.READY_WITHIN) : rollout;
    resources = resources == null ? new Resources(null, null) : resources;
    watchNamespaces = watchNamespaces == null ? List.of() : List.copyOf(watchNamespaces);
    installation = "".equals(installation) ? null : installation;
    if (installation != null && !installation.matches("[A-Za-z0-9._@-]{1,128}")) {
      throw new IllegalArgumentException(
          "installation is '%s': use up to 128 of a-z, A-Z, 0-9 and . _ @ -"
              .formatted(installation));
    }
  }

  /** This configuration for an operator that has found its name. */
  public PlatformConfig withInstallation(String name) {
    return with(runtimeImage, name);
  }

  /** This configuration with another runtime. */
  PlatformConfig withRuntimeImage(String image) {
    return with(image, installation);
  }

  private PlatformConfig with(String image, @Nullable String name) {
    return new PlatformConfig(
        image,
        kafka,
        exposure,
        requireAuth,
        store,
        sources,
        rollout,
        resources,
        serviceAccounts,
        name,
        watchNamespaces);
  }

  /** Whether the operator sees the pipelines of this namespace, and has rights in it. */
  public boolean watches(String namespace) {
    return watchNamespaces.isEmpty() || watchNamespaces.contains(namespace);
  }

  /**
   * How to reach Kafka and who makes the topics.
   *
   * @param adoptable topics that pipelines of any namespace may adopt: a name, or the beginning of
   *     names with {@code *} behind it. All, where Kafka takes anyone: who can start a Pod can read
   *     them then. None, where Pods log on to Kafka. A {@code *} alone does not cover what is
   *     another namespace's.
   * @param secretName the Secret in the operator's namespace that the operator logs on with, for
   *     direct; null: Kafka takes anyone
   * @param users where the log-ons of pipelines come from, once the operator has one itself
   */
  public record Kafka(
      String bootstrapServers,
      TopicProvider topicProvider,
      int replicationFactor,
      int minInsyncReplicas,
      @Nullable Strimzi strimzi,
      List<String> adoptable,
      @Nullable String secretName,
      @Nullable Users users) {
    private static final String ANY = "*";

    public Kafka {
      require(bootstrapServers, "kafka.bootstrapServers");
      topicProvider = topicProvider == null ? TopicProvider.DIRECT : topicProvider;
      replicationFactor = replicationFactor == 0 ? 3 : replicationFactor;
      minInsyncReplicas =
          minInsyncReplicas == 0 ? Math.max(1, replicationFactor - 1) : minInsyncReplicas;
      if (minInsyncReplicas > replicationFactor) {
        throw new IllegalArgumentException(
            "kafka.minInsyncReplicas is %d, more than kafka.replicationFactor %d: no record could be written"
                .formatted(minInsyncReplicas, replicationFactor));
      }
      if (topicProvider == TopicProvider.STRIMZI) {
        require(strimzi, "kafka.strimzi");
      }
      secretName = "".equals(secretName) ? null : secretName;
      requireDirect(topicProvider, secretName != null || users != null);
      if (users != null && secretName == null) {
        throw new IllegalArgumentException(
            "kafka.users needs kafka.secretName: the Secret that the operator itself logs on to Kafka with");
      }
      if (secretName != null && users == null && topicProvider == TopicProvider.DIRECT) {
        throw new IllegalArgumentException(
            "kafka.users is not set: scram-sha-512 lets the operator make each pipeline's users, own has each pipeline name a Secret");
      }
      adoptable =
          adoptable != null
              ? List.copyOf(adoptable)
              : logsOn(topicProvider, strimzi, secretName) ? List.of() : List.of(ANY);
    }

    private static void requireDirect(TopicProvider provider, boolean hasSecret) {
      if (hasSecret && provider == TopicProvider.STRIMZI) {
        throw new IllegalArgumentException(
            "kafka.secretName and kafka.users are for topicProvider direct: Strimzi makes the users of pipelines, see kafka.strimzi.authentication");
      }
    }

    private static boolean logsOn(
        TopicProvider provider, @Nullable Strimzi strimzi, @Nullable String secretName) {
      return switch (provider) {
        case DIRECT -> secretName != null;
        case STRIMZI -> strimzi != null && strimzi.authentication() != Strimzi.Authentication.NONE;
      };
    }

    /**
     * Whether a pipeline of this namespace may adopt the topic; one's own namespace's always,
     * unless the operator would grant rights on it: a topic's name may begin like a namespace by
     * chance.
     */
    public boolean mayAdopt(String namespace, String topic) {
      return (!makesUsers() && topic.startsWith(namespace + "."))
          || adoptable.contains(ANY)
          || lists(topic);
    }

    /** Whether an entry is about this topic, rather than about any. */
    public boolean lists(String topic) {
      return adoptable.stream()
          .filter(known -> !known.equals(ANY))
          .anyMatch(
              known ->
                  known.endsWith(ANY)
                      ? topic.startsWith(known.substring(0, known.length() - ANY.length()))
                      : topic.equals(known));
    }

    /** Whether the Pods of pipelines log on to Kafka. */
    public boolean logsOn() {
      return logsOn(topicProvider, strimzi, secretName);
    }

    /** Whether each pipeline names the Secret that its Pods log on with. */
    public boolean takesOwnUsers() {
      return users == Users.OWN;
    }

    /** Whether the operator makes a user for each role of a pipeline. */
    public boolean makesUsers() {
      return users == Users.SCRAM_SHA_512;
    }
  }

  /** Where the log-ons of pipelines come from. */
  public enum Users {
    /** The operator makes users and their rights by Kafka's Admin API. */
    @JsonProperty("scram-sha-512")
    SCRAM_SHA_512,
    /** Each pipeline names a Secret: spec.topic.kafkaSecretName. */
    @JsonProperty("own")
    OWN
  }

  /** Who makes the topics. */
  public enum TopicProvider {
    /** The operator itself, by Kafka's Admin API. */
    @JsonProperty("direct")
    DIRECT,
    /** Strimzi's topic and user operators, by their resources. */
    @JsonProperty("strimzi")
    STRIMZI
  }

  /**
   * Where Strimzi's operators look for their resources.
   *
   * @param namespace the namespace that the topic operator watches
   * @param cluster name of the Kafka resource
   * @param authentication how pipelines prove who they are
   */
  public record Strimzi(String namespace, String cluster, Authentication authentication) {
    public Strimzi {
      require(namespace, "kafka.strimzi.namespace");
      require(cluster, "kafka.strimzi.cluster");
      authentication = authentication == null ? Authentication.SCRAM_SHA_512 : authentication;
    }

    /** How a pipeline's Pods log on to Kafka. */
    public enum Authentication {
      /** A user with a password and rights on the pipeline's own topics; TLS. */
      @JsonProperty("scram-sha-512")
      SCRAM_SHA_512,
      /** A listener without authentication or TLS: no user is made. */
      @JsonProperty("none")
      NONE
    }
  }

  /** How a pipeline's Service is reached. */
  public record Exposure(Type type, @Nullable String host) {
    public Exposure {
      type = type == null ? Type.CLUSTER_IP : type;
      if (type == Type.NODE_PORT) {
        require(host, "exposure.host");
      }
    }

    /** The Service's own type. */
    public enum Type {
      @JsonProperty("NodePort")
      NODE_PORT,
      @JsonProperty("ClusterIP")
      CLUSTER_IP
    }
  }

  /**
   * How careful migrations are, and where records may be.
   *
   * @param rewriteLimit the size of a table, with its indexes, up to which a change of schema may
   *     write it anew without a person's word; a Kubernetes quantity such as 1Gi
   * @param localFolders whether the files of a table may be in a folder of the machine that runs
   *     the Pods
   */
  public record Store(@Nullable Quantity rewriteLimit, boolean localFolders) {
    long rewriteLimitBytes() {
      return rewriteLimit == null
          ? AllowedRewrite.DEFAULT_LIMIT_BYTES
          : rewriteLimit.getNumericalAmount().longValue();
    }
  }

  /**
   * Whose signatures pushes are verified by.
   *
   * @param standIn {@code http://host:port} that APIs trust in place of Amazon's and Google's
   *     addresses; null: those themselves
   */
  public record Sources(@Nullable String standIn) {
    public Sources {
      if (standIn != null && !standIn.matches("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")) {
        throw new IllegalArgumentException(
            "sources.standIn is '%s': use an address such as http://127.0.0.1:8080"
                .formatted(standIn));
      }
    }
  }

  /**
   * The pace of changes that no pipeline's owner made.
   *
   * @param maxInFlight how many pipelines are brought to a new version at a time
   * @param maxFailed how many may fail until the others are held back
   * @param readyWithin how long one may take, such as 10m
   */
  public record Rollout(int maxInFlight, int maxFailed, String readyWithin) {
    private static final int MAX_IN_FLIGHT = 10;
    private static final int MAX_FAILED = 3;
    private static final String READY_WITHIN = "10m";

    public Rollout {
      maxInFlight = maxInFlight == 0 ? MAX_IN_FLIGHT : maxInFlight;
      maxFailed = maxFailed == 0 ? MAX_FAILED : maxFailed;
      readyWithin = readyWithin == null ? READY_WITHIN : readyWithin;
      if (maxInFlight < 0 || maxFailed < 0) {
        throw new IllegalArgumentException(
            "rollout.maxInFlight and rollout.maxFailed in the platform's configuration must be 1 or more");
      }
      try {
        SpecDuration.parse(readyWithin);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "rollout.readyWithin in the platform's configuration: " + e.getMessage(), e);
      }
    }

    Duration readyWithinDuration() {
      return SpecDuration.parse(readyWithin);
    }
  }

  /** Requests and limits; the migration has the consumer's. */
  public record Resources(
      @Nullable ResourceRequirements api, @Nullable ResourceRequirements consumer) {}

  /**
   * Reads the YAML document.
   *
   * @throws IllegalArgumentException when it is not a valid one; the message says why
   */
  public static PlatformConfig parse(String yaml) {
    try {
      return YAML.readValue(yaml, PlatformConfig.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the platform's configuration is not valid: " + e.getOriginalMessage(), e);
    }
  }

  private static void require(@Nullable Object value, String path) {
    if (value == null || value.equals("")) {
      throw new IllegalArgumentException(path + " is missing in the platform's configuration");
    }
  }
}
