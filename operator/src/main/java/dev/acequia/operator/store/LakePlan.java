package dev.acequia.operator.store;

import dev.acequia.contract.Division;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Fingerprint;
import dev.acequia.contract.LakeCatalog;
import dev.acequia.contract.LakeEngine;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.StoreTraits;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.LakeCatalogSpec;
import dev.acequia.crds.LakePartitionSpec;
import dev.acequia.crds.LakeSpec;
import dev.acequia.crds.SpecDuration;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table in the Apache Iceberg format, and its catalog. */
record LakePlan(String namespace, String pipeline, LakeSpec spec) implements StorePlan {
  private static final String PATH = "spec.store.lake";
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);
  private static final String FILE = "file:";

  /** The ending of the second table's name and folder. */
  private static final String SECOND = "_acequia";

  private static final String BUCKET = "s3://";

  /** Iceberg allows one of these transforms per field. */
  private static final Set<Division.Transform> TIMES =
      Set.of(
          Division.Transform.YEAR,
          Division.Transform.MONTH,
          Division.Transform.DAY,
          Division.Transform.HOUR);

  /** Room for the ends of blocks and the cache's own files. */
  private static final long SLACK_BYTES = 256L << 20;

  static void check(
      DataPipelineSpec spec,
      LakeSpec lake,
      boolean localFolders,
      BiConsumer<String, String> violations) {
    checkLocation(lake.location(), localFolders, violations);
    checkCatalog(lake.catalog(), violations);
    if (lake.table() != null && lake.table().endsWith(SECOND)) {
      violations.accept(
          PATH + ".table",
          "'%s' has the ending of a pipeline's second table; use a name that does not end in %s"
              .formatted(lake.table(), SECOND));
    }
    if (traits(lake).isEmpty()) {
      violations.accept(
          PATH + ".commitInterval",
          "'%s' is not an interval from 1s to 5m; use one whole number and s or m"
              .formatted(lake.commitInterval()));
    }
    if (cacheBytes(lake).isEmpty()) {
      violations.accept(
          PATH + ".query.cache",
          "'%s' is not a size; use one whole number and Mi or Gi".formatted(lake.query().cache()));
    }
    checkPartitions(spec, lake.partitionBy(), violations);
  }

  private static void checkLocation(
      @Nullable String location, boolean localFolders, BiConsumer<String, String> violations) {
    var path = PATH + ".location";
    if (location == null || !(location.startsWith(BUCKET) || location.startsWith(FILE))) {
      violations.accept(path, "is not a folder; give s3://bucket/folder");
    } else if (location.startsWith(FILE) && !localFolders) {
      violations.accept(
          path,
          "'%s' is a folder of the Pods' machine, which this platform does not allow; give s3://bucket/folder, or ask the platform team to set platform.store.localFolders"
              .formatted(location));
    }
  }

  private static void checkCatalog(
      @Nullable LakeCatalogSpec catalog, BiConsumer<String, String> violations) {
    var named =
        catalog == null
            ? 0
            : Stream.of(catalog.jdbc(), catalog.glue(), catalog.rest())
                .filter(Objects::nonNull)
                .count();
    if (catalog == null || named != 1) {
      violations.accept(
          PATH + ".catalog", "names %d catalogs; name one of jdbc, glue and rest".formatted(named));
    } else if (catalog.jdbc() != null && isBlank(catalog.jdbc().secretName())) {
      violations.accept(
          PATH + ".catalog.jdbc.secretName",
          "is missing; name a Secret with the keys uri, username and password");
    } else if (catalog.rest() != null && isBlank(catalog.rest().uri())) {
      violations.accept(PATH + ".catalog.rest.uri", "is missing; give the catalog's URL");
    }
  }

  private static void checkPartitions(
      DataPipelineSpec spec,
      List<LakePartitionSpec> partitions,
      BiConsumer<String, String> violations) {
    var types = new HashMap<String, FieldType>();
    spec.schema().fields().forEach(field -> types.put(field.name(), field.type()));
    var seen = new HashSet<List<Object>>();
    var timed = new HashSet<String>();
    for (var i = 0; i < partitions.size(); i++) {
      var path = PATH + ".partitionBy[" + i + "]";
      var partition = partitions.get(i);
      var type = types.get(partition.field());
      if (type == null) {
        violations.accept(
            path,
            "'%s' is not among spec.schema.fields; correct the name or remove the entry"
                .formatted(partition.field()));
        continue;
      }
      if (partition.transform() == null) {
        violations.accept(path, "has no transform; set one, such as identity");
        continue;
      }
      if (!takes(partition.transform(), type)) {
        violations.accept(
            path,
            "%s does not take '%s', which is of type %s; use another transform or field"
                .formatted(lower(partition.transform()), partition.field(), lower(type)));
      }
      if (partition.transform().isWide() != (partition.width() != null)) {
        violations.accept(path, "bucket and truncate need a width, the other transforms have none");
      }
      if (!seen.add(List.of(partition.field(), partition.transform()))) {
        violations.accept(
            path,
            "partitions by %s of '%s' a second time; remove one"
                .formatted(lower(partition.transform()), partition.field()));
      } else if (TIMES.contains(partition.transform()) && !timed.add(partition.field())) {
        violations.accept(
            path,
            "partitions '%s' by two units of time; keep the shorter one"
                .formatted(partition.field()));
      }
    }
  }

  /** By Iceberg's table of partition transforms. */
  private static boolean takes(Division.Transform transform, FieldType type) {
    var types =
        switch (transform) {
          case IDENTITY -> EnumSet.complementOf(EnumSet.of(FieldType.JSON, FieldType.DOUBLE));
          case YEAR, MONTH, DAY -> EnumSet.of(FieldType.DATE, FieldType.TIMESTAMP);
          case HOUR -> EnumSet.of(FieldType.TIMESTAMP);
          case BUCKET ->
              EnumSet.complementOf(EnumSet.of(FieldType.JSON, FieldType.DOUBLE, FieldType.BOOLEAN));
          case TRUNCATE ->
              EnumSet.of(FieldType.INT32, FieldType.INT64, FieldType.DECIMAL, FieldType.STRING);
        };
    return types.contains(type);
  }

  /** Empty where the interval is none. */
  static Optional<StoreTraits> traits(LakeSpec lake) {
    try {
      var interval = SpecDuration.parse(lake.commitInterval());
      return interval.compareTo(LONGEST_INTERVAL) > 0
          ? Optional.empty()
          : Optional.of(StoreTraits.ofFiles(interval));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> cacheBytes(LakeSpec lake) {
    try {
      return Optional.of(Quantity.parse(lake.query().cache()).getNumericalAmount().longValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Set<String> secrets(LakeSpec lake) {
    var catalog = lake.catalog();
    return Stream.of(
            catalog == null || catalog.jdbc() == null ? null : catalog.jdbc().secretName(),
            catalog == null || catalog.rest() == null ? null : catalog.rest().secretName(),
            lake.secretName(),
            lake.readerSecretName())
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public StoreDefinition.Lake definition() {
    return new StoreDefinition.Lake(
        tableNamespace(),
        table(),
        spec.location(),
        catalog(),
        spec.region(),
        spec.endpoint(),
        SpecDuration.parse(spec.commitInterval()).toSeconds(),
        spec.partitionBy().stream()
            .map(each -> new Division(each.field(), each.transform(), each.width()))
            .toList(),
        engine());
  }

  private LakeEngine engine() {
    return switch (spec.query().engine()) {
      case DUCKDB -> new LakeEngine.DuckDb(cacheBytes(spec).orElseThrow());
    };
  }

  private LakeCatalog catalog() {
    if (spec.catalog().jdbc() != null) {
      return new LakeCatalog.Jdbc(catalogSchema());
    }
    var glue = spec.catalog().glue();
    if (glue != null) {
      return new LakeCatalog.Glue(glue.catalogId(), glue.endpoint());
    }
    var rest = Objects.requireNonNull(spec.catalog().rest());
    return new LakeCatalog.Rest(rest.uri(), rest.warehouse());
  }

  /**
   * Whoever may write to a schema of the catalog can move each table in it, so no two pipelines
   * share one. The hash tells {@code a-b/c} from {@code a/b-c}.
   */
  private String catalogSchema() {
    var end = "_" + Fingerprint.of(namespace, pipeline);
    var start = "acequia_lake_" + word(namespace) + "_" + word(pipeline);
    return start.substring(0, Math.min(start.length(), Roles.MAX_NAME_BYTES - end.length())) + end;
  }

  @Override
  public @Nullable String secret() {
    var catalog = spec.catalog();
    if (catalog.jdbc() != null) {
      return catalog.jdbc().secretName();
    }
    return catalog.rest() == null ? null : catalog.rest().secretName();
  }

  @Override
  public Set<String> secretKeys() {
    return spec.catalog().jdbc() != null ? Roles.KEYS : Set.of("username", "password");
  }

  @Override
  public boolean hasRoles() {
    return spec.catalog().jdbc() != null;
  }

  @Override
  public @Nullable String readyWriter() {
    return null;
  }

  @Override
  public @Nullable String readyReader() {
    return null;
  }

  @Override
  public String login(Purpose purpose, String uri, @Nullable String installation) {
    return new Roles(namespace, pipeline, uri, installation)
        .name("acequia_lake_" + word(namespace) + "_" + word(pipeline), purpose);
  }

  @Override
  public List<FurtherSecret> furtherSecrets(Purpose purpose) {
    return new AwsKeys(spec.secretName(), spec.readerSecretName()).of(purpose);
  }

  /** With a quarter for what a query does not hold in memory. */
  @Override
  public long diskBytes() {
    var cache = cacheBytes(spec).orElseThrow();
    return cache + cache / 4 + SLACK_BYTES;
  }

  @Override
  public String place() {
    return tableNamespace() + "." + table();
  }

  /** Also drops the second table, which has the owner and the positions of the load. */
  @Override
  public String dropByHand() {
    var catalog = spec.catalog();
    var entries =
        catalog.jdbc() != null
            ? "in the catalog's database SET search_path TO \"%s\"; DROP TABLE IF EXISTS iceberg_tables, iceberg_namespace_properties; %s DROP SCHEMA \"%s\" CASCADE;"
                .formatted(
                    catalogSchema(),
                    new StoreOwner(namespace, pipeline).dropRoles(),
                    catalogSchema())
            : catalog.glue() != null
                ? "aws glue batch-delete-table --database-name %s --tables-to-delete %s %s%s"
                    .formatted(tableNamespace(), table(), table(), SECOND)
                : "drop the tables %s and %s%s in the catalog".formatted(place(), place(), SECOND);
    return entries
        + ", then "
        + (spec.location().startsWith(FILE)
                ? "remove the folders %1$s and %1$s%2$s"
                : "aws s3 rm --recursive %1$s && aws s3 rm --recursive %1$s%2$s")
            .formatted(spec.location(), SECOND);
  }

  @Override
  public String adviceWhenTaken() {
    return "Set spec.store.lake.table and location in a new pipeline, or delete the one that has"
        + " the table.";
  }

  private String tableNamespace() {
    return Objects.requireNonNullElseGet(spec.namespace(), () -> word(namespace));
  }

  private String table() {
    return Objects.requireNonNullElseGet(spec.table(), () -> word(pipeline));
  }

  private static String word(String name) {
    return name.replace('-', '_');
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
