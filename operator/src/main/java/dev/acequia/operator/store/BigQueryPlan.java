package dev.acequia.operator.store;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.TimePartition;
import dev.acequia.crds.BigQuerySpec;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.FieldSpec;
import dev.acequia.crds.SpecDuration;
import dev.acequia.crds.TimePartitionSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table in Google BigQuery. Nobody logs on: calls carry an identity of Google's. */
record BigQueryPlan(String namespace, String pipeline, BigQuerySpec spec) implements IdentityPlan {
  private static final String PATH = "spec.store.bigquery";
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

  /** The key of the Secret that has the key of a service account. */
  private static final String KEY = "key.json";

  /** BigQuery's limit to the columns of a primary key. */
  private static final int MOST_KEY_FIELDS = 16;

  /** Each position names the claims of all partitions that were taken with it. */
  private static final int MOST_PARTITIONS = 300;

  /** The endings of the names of the tables beside the data. */
  private static final List<String> BESIDE =
      List.of("_acequia", "_acequia_marks", "_acequia_repeats");

  static void check(
      DataPipelineSpec spec, BigQuerySpec bigquery, BiConsumer<String, String> violations) {
    if (isBlank(bigquery.project())) {
      violations.accept(PATH + ".project", "is missing; give the ID of a Google Cloud project");
    }
    if (isBlank(bigquery.dataset())) {
      violations.accept(PATH + ".dataset", "is missing; give the name of a dataset");
    }
    var table = bigquery.table();
    if (table != null && BESIDE.stream().anyMatch(table::endsWith)) {
      violations.accept(
          PATH + ".table",
          "'%s' has the ending of a table beside another pipeline's; use a name that does not end in %s"
              .formatted(table, String.join(", ", BESIDE)));
    }
    if (traits(bigquery).isEmpty()) {
      violations.accept(
          PATH + ".commitInterval",
          "'%s' is not an interval from 1s to 5m; use one whole number and s or m"
              .formatted(bigquery.commitInterval()));
    }
    if (maxBytesBilled(bigquery).isEmpty()) {
      violations.accept(
          PATH + ".maxBytesBilled",
          "'%s' is not a size; use one whole number and Mi, Gi or Ti"
              .formatted(bigquery.maxBytesBilled()));
    }
    if (spec.consumer().mode() == LoadMode.UPSERT && spec.schema().key().size() > MOST_KEY_FIELDS) {
      violations.accept(
          "spec.schema.key",
          "has %d fields, and a primary key in BigQuery has %d at most; use fewer"
              .formatted(spec.schema().key().size(), MOST_KEY_FIELDS));
    }
    if (spec.topic().partitions() > MOST_PARTITIONS) {
      violations.accept(
          "spec.topic.partitions",
          "is %d, and a load into BigQuery takes %d at most, since a claim writes all of them in one statement; use fewer"
              .formatted(spec.topic().partitions(), MOST_PARTITIONS));
    }
    var fields = new HashMap<String, FieldSpec>();
    spec.schema().fields().forEach(field -> fields.put(field.name(), field));
    checkPartition(bigquery.partitionBy(), fields, violations);
    checkClusters(bigquery.clusterBy(), fields, violations);
  }

  private static void checkPartition(
      @Nullable TimePartitionSpec partition,
      Map<String, FieldSpec> fields,
      BiConsumer<String, String> violations) {
    if (partition == null) {
      return;
    }
    var path = PATH + ".partitionBy";
    var field = fields.get(partition.field());
    if (field == null || (field.type() != FieldType.DATE && field.type() != FieldType.TIMESTAMP)) {
      violations.accept(
          path,
          "'%s' is not a date or timestamp among spec.schema.fields; name one"
              .formatted(partition.field()));
    } else if (field.type() == FieldType.DATE && partition.unit() == TimePartition.Unit.HOUR) {
      violations.accept(
          path,
          "'%s' is a date, which has no hours; use day, month or year"
              .formatted(partition.field()));
    }
  }

  private static void checkClusters(
      List<String> names, Map<String, FieldSpec> fields, BiConsumer<String, String> violations) {
    var seen = new HashSet<String>();
    for (var i = 0; i < names.size(); i++) {
      var path = PATH + ".clusterBy[" + i + "]";
      var field = fields.get(names.get(i));
      if (field == null) {
        violations.accept(
            path,
            "'%s' is not among spec.schema.fields; correct the name or remove the entry"
                .formatted(names.get(i)));
      } else if (field.type() == FieldType.DOUBLE || field.type() == FieldType.JSON) {
        violations.accept(
            path,
            "'%s' is double or json, which BigQuery does not sort by; use another field"
                .formatted(names.get(i)));
      }
      if (!seen.add(names.get(i))) {
        violations.accept(path, "names '%s' a second time; remove one".formatted(names.get(i)));
      }
    }
  }

  /** Empty where the interval is none. */
  static Optional<StoreTraits> traits(BigQuerySpec spec) {
    try {
      var interval = SpecDuration.parse(spec.commitInterval());
      return interval.compareTo(LONGEST_INTERVAL) > 0
          ? Optional.empty()
          : Optional.of(StoreTraits.ofWarehouse(interval));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> maxBytesBilled(BigQuerySpec spec) {
    try {
      return Optional.of(Quantity.parse(spec.maxBytesBilled()).getNumericalAmount().longValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Set<String> secrets(BigQuerySpec spec) {
    return Stream.of(spec.secretName(), spec.readerSecretName())
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public StoreDefinition.BigQuery definition() {
    var partition = spec.partitionBy();
    return new StoreDefinition.BigQuery(
        spec.project(),
        spec.dataset(),
        table(),
        spec.location(),
        spec.endpoint(),
        spec.storageEndpoint(),
        SpecDuration.parse(spec.commitInterval()).toSeconds(),
        partition == null ? null : new TimePartition(partition.field(), partition.unit()),
        spec.clusterBy(),
        maxBytesBilled(spec).orElseThrow());
  }

  @Override
  public List<FurtherSecret> furtherSecrets(Purpose purpose) {
    var name =
        purpose == Purpose.READER && spec.readerSecretName() != null
            ? spec.readerSecretName()
            : spec.secretName();
    return name == null
        ? List.of()
        : List.of(new FurtherSecret(RuntimeVariable.STORE_CREDENTIALS, name, KEY));
  }

  @Override
  public String place() {
    return spec.project() + "." + spec.dataset() + "." + table();
  }

  @Override
  public String dropByHand() {
    return Stream.concat(Stream.of(""), BESIDE.stream())
        .map(
            ending ->
                "bq rm -f -t %s:%s.%s%s".formatted(spec.project(), spec.dataset(), table(), ending))
        .collect(Collectors.joining(" && "));
  }

  @Override
  public String adviceWhenTaken() {
    return "Set spec.store.bigquery.table in a new pipeline, or delete the one that has the table.";
  }

  private String table() {
    return Objects.requireNonNullElseGet(
        spec.table(), () -> (namespace + "_" + pipeline).replace('-', '_'));
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
