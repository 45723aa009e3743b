package dev.acequia.operator.store;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.Fingerprint;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.TableNames;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.FieldSpec;
import dev.acequia.crds.PostgresSpec;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table in PostgreSQL, with a role for each of the pipeline's processes. */
record PostgresPlan(String namespace, String pipeline, PostgresSpec spec) implements StorePlan {
  static final StoreTraits TRAITS = StoreTraits.QUICK;

  static void check(
      DataPipelineSpec spec, PostgresSpec postgres, BiConsumer<String, String> violations) {
    if (postgres.secretName() == null || postgres.secretName().isBlank()) {
      violations.accept(
          "spec.store.postgres.secretName",
          "is missing; name a Secret with the keys uri, username and password");
      return;
    }
    var indexable =
        spec.schema().fields().stream()
            .filter(field -> field.type() != FieldType.JSON)
            .map(FieldSpec::name)
            .collect(Collectors.toSet());
    for (var i = 0; i < postgres.indexes().size(); i++) {
      var path = "spec.store.postgres.indexes[%d].fields".formatted(i);
      var fields = postgres.indexes().get(i).fields();
      if (fields.isEmpty()) {
        violations.accept(path, "is empty; name at least one field");
      }
      if (Set.copyOf(fields).size() < fields.size()) {
        violations.accept(path, "names a field twice; name each once");
      }
      for (var field : fields) {
        if (!indexable.contains(field)) {
          violations.accept(
              path,
              "'"
                  + field
                  + "' is not among spec.schema.fields or is of type json; correct the name or"
                  + " remove the index");
        }
      }
    }
  }

  @Override
  public StoreDefinition.Postgres definition() {
    return new StoreDefinition.Postgres(
        schema(),
        table(),
        spec.indexes().stream().map(index -> new StoreDefinition.Index(index.fields())).toList(),
        spec.maxScanRows());
  }

  static Set<String> secrets(PostgresSpec spec) {
    return Stream.of(spec.secretName(), spec.writerSecretName(), spec.readerSecretName())
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public String secret() {
    return spec.secretName();
  }

  @Override
  public Set<String> secretKeys() {
    return Roles.KEYS;
  }

  @Override
  public boolean hasRoles() {
    return true;
  }

  @Override
  public List<FurtherSecret> furtherSecrets(Purpose purpose) {
    return List.of();
  }

  @Override
  public long diskBytes() {
    return 0;
  }

  @Override
  public @Nullable String readyWriter() {
    return spec.writerSecretName();
  }

  @Override
  public @Nullable String readyReader() {
    return spec.readerSecretName();
  }

  @Override
  public String login(Purpose purpose, String uri, @Nullable String installation) {
    return new Roles(namespace, pipeline, uri, installation)
        .name("acequia_" + ownSchema() + "_" + ownTable(), purpose);
  }

  @Override
  public String place() {
    return schema() + "." + table();
  }

  @Override
  public String dropByHand() {
    return TableNames.of(definition()).drop()
        + " "
        + new StoreOwner(namespace, pipeline).dropRoles();
  }

  @Override
  public String adviceWhenTaken() {
    return "Set spec.store.postgres.table or schema in a new pipeline, or delete the one that has"
        + " the table.";
  }

  private String schema() {
    return Objects.requireNonNullElseGet(spec.schema(), this::ownSchema);
  }

  private String table() {
    return Objects.requireNonNullElseGet(spec.table(), this::ownTable);
  }

  private String ownSchema() {
    var schema = namespace.replace('-', '_');
    if (!schema.startsWith("pg_") && !schema.equals("information_schema")) {
      return schema;
    }
    // These are PostgreSQL's own. No other namespace becomes a name that begins with '_'.
    return schema.length() < Roles.MAX_NAME_BYTES
        ? "_" + schema
        : "_" + schema.substring(0, 50) + "_" + Fingerprint.of(namespace);
  }

  private String ownTable() {
    return pipeline.replace('-', '_');
  }
}
