package dev.acequia.operator.validate;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Digits;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.crds.ApiSpec;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.FieldSpec;
import dev.acequia.crds.SpecDuration;
import dev.acequia.operator.plan.AccessPlan;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.store.StorePlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The checks. Those the API server makes as well are repeated where a plan would otherwise make no
 * sense: a resource may come from a file, or from a time when the CRD was laxer.
 */
public final class SpecValidation {
  private static final int MAX_NAME = 40;
  private static final Pattern DEAD_LETTERS =
      Pattern.compile(
          "[a-z0-9]([-a-z0-9]*[a-z0-9])?[.][a-z]([-a-z0-9]*[a-z0-9])?[.]dlq"); // see PipelineNames
  private static final Pattern ISSUER =
      Pattern.compile("https://.+|http://(localhost|127[.]0[.]0[.]1)(:[0-9]+)?(/.*)?");

  private final List<Violation> violations = new ArrayList<>();

  private SpecValidation() {}

  /** All violations, none for a spec that can be served. */
  public static List<Violation> of(DataPipeline pipeline, PlatformConfig platform) {
    var validation = new SpecValidation();
    validation.checkMetadata(pipeline);
    var spec = pipeline.getSpec();
    var unreadable = PipelineNames.unreadable(pipeline);
    if (unreadable.isPresent()) {
      if (unreadable.get().equals(PipelineNames.UNREADABLE_SIZE)) {
        validation.add(
            "spec",
            "has more names and values than the operator reads, which is 20,000 of the whole resource");
      } else {
        validation.add(
            unreadable.get(),
            "has a value that this version of the operator does not know; upgrade the operator, or change the value");
      }
      return validation.violations;
    }
    if (spec == null || spec.schema() == null) {
      validation.add("spec.schema", "is missing; list the fields of a record");
      return validation.violations;
    }
    validation.checkSchema(spec);
    validation.checkTopic(pipeline, platform);
    StorePlan.check(spec, platform.store().localFolders(), validation::add);
    validation.checkDurations(spec);
    validation.refuseUnbuilt(spec);
    validation.checkAuth(spec.api());
    if (platform.requireAuth() && !AccessPlan.of(spec).isProtected()) {
      validation.add(
          "spec.api.auth",
          "this platform requires an API to be protected: set apiKeysSecretName, oidc or both");
    }
    return List.copyOf(validation.violations);
  }

  /** The violations as one text for a person. */
  public static String sentence(List<Violation> violations) {
    return violations.stream().map(Violation::toString).collect(Collectors.joining("\n"));
  }

  private static @Nullable String annotation(DataPipeline pipeline, String name) {
    var annotations = pipeline.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(name);
  }

  private void checkMetadata(DataPipeline pipeline) {
    var name = pipeline.getMetadata().getName();
    if (name == null || !name.matches("[a-z]([-a-z0-9]*[a-z0-9])?") || name.length() > MAX_NAME) {
      add(
          "metadata.name",
          "'%s' must begin with a letter, consist of a-z, 0-9 and -, and have at most %d characters"
              .formatted(name, MAX_NAME));
    }
    var accepted = annotation(pipeline, AcceptedOffsets.ANNOTATION);
    if (accepted != null) {
      try {
        AcceptedOffsets.fromJson(accepted);
      } catch (IllegalArgumentException e) {
        add(
            "metadata.annotations['" + AcceptedOffsets.ANNOTATION + "']",
            e.getMessage() + "; let './acequia offsets accept' write it, or remove it");
      }
    }
  }

  private void checkSchema(DataPipelineSpec spec) {
    var fields = spec.schema().fields();
    if (fields == null || fields.isEmpty()) {
      add("spec.schema.fields", "is empty; list the fields of a record");
      return;
    }
    var names = new HashSet<String>();
    for (var field : fields) {
      if (!names.add(field.name())) {
        add("spec.schema.fields", "'" + field.name() + "' is there twice; remove or rename one");
      }
      checkDigits(field);
    }
    var required =
        fields.stream()
            .filter(FieldSpec::required)
            .map(FieldSpec::name)
            .collect(Collectors.toSet());
    checkKey(spec, names, required);
  }

  private void checkDigits(FieldSpec field) {
    var precision = field.precision();
    var scale = field.scale();
    if (precision == null && scale == null) {
      return;
    }
    if (field.type() != FieldType.DECIMAL) {
      add(
          "spec.schema.fields",
          "'%s' has precision or scale, which only a decimal has; remove them, or set type: decimal"
              .formatted(field.name()));
    } else if (precision == null || precision < 1 || precision > Digits.MAX_PRECISION) {
      add(
          "spec.schema.fields",
          "'%s' has %s; set precision to the number of all digits, 1 to %d, or remove precision and scale"
              .formatted(
                  field.name(),
                  precision == null ? "a scale but no precision" : "precision " + precision,
                  Digits.MAX_PRECISION));
    } else if (scale != null && (scale < 0 || scale > precision)) {
      add(
          "spec.schema.fields",
          "'%s' has scale %d; set it to the number of digits after the point, 0 to the precision, which is %d"
              .formatted(field.name(), scale, precision));
    }
  }

  private void checkKey(DataPipelineSpec spec, Set<String> names, Set<String> required) {
    for (var key : spec.schema().key()) {
      if (!names.contains(key)) {
        add("spec.schema.key", "'" + key + "' is not among spec.schema.fields; add or remove it");
      } else if (!required.contains(key)) {
        add("spec.schema.key", "'" + key + "' is part of the key; set required: true on the field");
      }
    }
    if (spec.consumer().mode() == LoadMode.UPSERT && spec.schema().key().isEmpty()) {
      add(
          "spec.schema.key",
          "mode upsert keeps the newest record of each key; name the key fields, or use append");
    }
  }

  private void checkTopic(DataPipeline pipeline, PlatformConfig platform) {
    var topic = pipeline.getSpec().topic();
    checkKafkaSecret(PipelineNames.of(pipeline), topic.kafkaSecretName());
    if (topic.adopt() != (topic.name() != null)) {
      add(
          "spec.topic",
          "name and adopt: true belong together; set both to take a topic that is there, or neither"
              + " for the pipeline's own");
    }
    if (!topic.adopt() || topic.name() == null) {
      return;
    }
    if (topic.name().startsWith("__") || topic.name().startsWith("_acequia.")) {
      add(
          "spec.topic.name",
          "'%s' is Kafka's or Acequia's own; name a topic that holds records"
              .formatted(topic.name()));
      return;
    }
    if (DEAD_LETTERS.matcher(topic.name()).matches()) {
      add(
          "spec.topic.name",
          "'%s' is the name of a pipeline's dead letter topic; name another topic"
              .formatted(topic.name()));
      return;
    }
    var namespace = PipelineNames.of(pipeline).namespace();
    if (!platform.kafka().mayAdopt(namespace, topic.name())) {
      add(
          "spec.topic.name",
          "'%s' is not among the topics that may be adopted; ask the platform team to add it to"
                  .formatted(topic.name())
              + " platform.kafka.adoptable");
    }
  }

  /** Where the platform has no use for it, it stays: before and after a change of the platform. */
  private void checkKafkaSecret(PipelineNames names, @Nullable String secret) {
    if (secret != null && names.isKafkaSecret(secret)) {
      add(
          "spec.topic.kafkaSecretName",
          "'%s' is the name of the operator's own copy; give the Secret another name"
              .formatted(secret));
    }
  }

  private void checkDurations(DataPipelineSpec spec) {
    checkDuration("spec.topic.retention", spec.topic().retention());
    var freshness = spec.slo().freshness();
    if (freshness != null && checkDuration("spec.slo.freshness", freshness)) {
      checkPace(spec, freshness);
    }
  }

  private void checkPace(DataPipelineSpec spec, String freshness) {
    StorePlan.traits(spec.store())
        .filter(traits -> SpecDuration.parse(freshness).compareTo(traits.leastFreshness()) < 0)
        .ifPresent(
            traits ->
                add(
                    "spec.slo.freshness",
                    "'%s' is too short: the store collects records for %d s and then stores them; use %d s or more, or let the store commit more often"
                        .formatted(
                            freshness,
                            traits.linger().toSeconds(),
                            traits.leastFreshness().toSeconds())));
  }

  private boolean checkDuration(String path, String text) {
    try {
      SpecDuration.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      add(path, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void checkAuth(ApiSpec api) {
    var auth = api.auth();
    if (auth == null) {
      return;
    }
    if (auth.apiKeysSecretName() == null && auth.oidc() == null) {
      add("spec.api.auth", "names nobody; set apiKeysSecretName, oidc or both");
    }
    if (auth.oidc() != null && !ISSUER.matcher(auth.oidc().issuer()).matches()) {
      add(
          "spec.api.auth.oidc.issuer",
          "'%s' must begin with https:// (or http:// on a loopback address)"
              .formatted(auth.oidc().issuer()));
    }
  }

  /** A field whose effect is not built yet is refused, never ignored. */
  private void refuseUnbuilt(DataPipelineSpec spec) {
    if (spec.consumer().scaling() != null) {
      add(
          "spec.consumer.scaling",
          "scaling by lag is not built yet; remove it and set spec.consumer.replicas, or run"
              + " kubectl scale --replicas on the DataPipeline");
    }
    var api = spec.api();
    if (api.scaling() != null) {
      add("spec.api.scaling", "scaling the API is not built yet; set spec.api.replicas instead");
    }
    if (api.host() != null) {
      add(
          "spec.api.host",
          "publishing under a host name is not built yet; remove it and use status.endpoint");
    }
  }

  private void add(String path, String message) {
    violations.add(new Violation(path, message));
  }
}
