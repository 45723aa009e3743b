package dev.acequia.operator.store;

import dev.acequia.contract.Capacity;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.DynamoDbSpec;
import dev.acequia.crds.FieldSpec;
import dev.acequia.crds.KeyIndexSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table in Amazon DynamoDB. Nobody logs on: calls carry an AWS identity. */
record DynamoDbPlan(String namespace, String pipeline, DynamoDbSpec spec) implements IdentityPlan {
  private static final String PATH = "spec.store.dynamodb";

  /** The ending of the second table's name. */
  private static final String SECOND = "_acequia";

  static void check(
      DataPipelineSpec spec, DynamoDbSpec dynamo, BiConsumer<String, String> violations) {
    if (dynamo.region() == null || dynamo.region().isBlank()) {
      violations.accept(PATH + ".region", "is missing; give a region such as us-west-2");
    }
    if (dynamo.table() != null && dynamo.table().endsWith(SECOND)) {
      violations.accept(
          PATH + ".table",
          "'%s' has the ending of a pipeline's second table; use a name that does not end in %s"
              .formatted(dynamo.table(), SECOND));
    }
    var fields = new HashMap<String, FieldSpec>();
    spec.schema().fields().forEach(field -> fields.put(field.name(), field));
    var names = new HashSet<String>();
    for (var i = 0; i < dynamo.indexes().size(); i++) {
      var path = PATH + ".indexes[" + i + "]";
      var index = dynamo.indexes().get(i);
      if (!names.add(index.name())) {
        violations.accept(
            path, "has the name of another index, '%s'; rename one".formatted(index.name()));
      }
      checkIndex(spec, index, fields, path, violations);
    }
    checkTtl(dynamo.ttlField(), fields, violations);
  }

  private static void checkIndex(
      DataPipelineSpec spec,
      KeyIndexSpec index,
      Map<String, FieldSpec> fields,
      String path,
      BiConsumer<String, String> violations) {
    if (index.hash() == null || index.hash().equals(index.range())) {
      violations.accept(path, "needs a hash, and a range that is another field or absent");
      return;
    }
    for (var name : Stream.of(index.hash(), index.range()).filter(Objects::nonNull).toList()) {
      var field = fields.get(name);
      if (field == null) {
        violations.accept(
            path,
            "'%s' is not among spec.schema.fields; correct the name or remove the index"
                .formatted(name));
      } else if (field.type() == FieldType.BOOLEAN || field.type() == FieldType.JSON) {
        violations.accept(
            path,
            "'%s' is boolean or json, which no index of DynamoDB takes; use another field"
                .formatted(name));
      } else if (!field.required() && !spec.schema().key().contains(name)) {
        violations.accept(
            path,
            "'%s' may be null, and DynamoDB leaves records without it out of the index; make it required, or use another field"
                .formatted(name));
      }
    }
  }

  private static void checkTtl(
      @Nullable String name, Map<String, FieldSpec> fields, BiConsumer<String, String> violations) {
    if (name == null) {
      return;
    }
    var field = fields.get(name);
    if (field == null || (field.type() != FieldType.DATE && field.type() != FieldType.TIMESTAMP)) {
      violations.accept(
          PATH + ".ttlField",
          "'%s' is not a date or timestamp among spec.schema.fields; name one".formatted(name));
    }
  }

  static StoreTraits traits(DynamoDbSpec spec) {
    return StoreTraits.ofItems(indexes(spec));
  }

  private static List<KeyIndex> indexes(DynamoDbSpec spec) {
    return spec.indexes().stream()
        .map(index -> new KeyIndex(index.name(), index.hash(), index.range()))
        .toList();
  }

  static Set<String> secrets(DynamoDbSpec spec) {
    return Stream.of(spec.secretName(), spec.readerSecretName())
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public StoreDefinition.DynamoDb definition() {
    var billing = spec.billing();
    return new StoreDefinition.DynamoDb(
        place(),
        spec.region(),
        spec.endpoint(),
        indexes(spec),
        spec.ttlField(),
        spec.create(),
        billing == null ? null : new Capacity(billing.read(), billing.write()));
  }

  @Override
  public List<FurtherSecret> furtherSecrets(Purpose purpose) {
    return new AwsKeys(spec.secretName(), spec.readerSecretName()).of(purpose);
  }

  @Override
  public String place() {
    return Objects.requireNonNullElseGet(spec.table(), () -> namespace + "." + pipeline);
  }

  @Override
  public String dropByHand() {
    return Stream.of(place(), place() + SECOND)
        .map(
            table ->
                "aws dynamodb delete-table --region %s --table-name %s"
                    .formatted(spec.region(), table))
        .collect(Collectors.joining(" && "));
  }

  @Override
  public String adviceWhenTaken() {
    return "Set spec.store.dynamodb.table in a new pipeline, or delete the one that has the table.";
  }
}
