package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What the user declares. */
@JsonClassDescription("What the user declares; only schema.fields and store are required.")
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
// Not a required property: the message names the stores that there are.
@ValidationRule(
    value =
        "has(self.store) && [has(self.store.postgres), has(self.store.lake),"
            + " has(self.store.dynamodb), has(self.store.bigquery)].exists_one(named, named)",
    message = "name one store; known stores: postgres, lake, dynamodb, bigquery",
    fieldPath = ".store")
@ValidationRule(
    value =
        "!has(self.store) || !has(oldSelf.store)"
            + " || (has(self.store.lake) == has(oldSelf.store.lake)"
            + " && has(self.store.dynamodb) == has(oldSelf.store.dynamodb)"
            + " && has(self.store.bigquery) == has(oldSelf.store.bigquery))",
    message =
        "the kind of store is immutable, since the stored records are there: create a new pipeline"
            + " for another store",
    fieldPath = ".store")
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.lake) || !has(self.store.lake.partitionBy)"
            + " || self.store.lake.partitionBy.all(p,"
            + " self.schema.fields.exists(f, f.name == p.field))",
    message =
        "partitionBy names what is not among schema.fields: correct the name or remove the entry",
    fieldPath = ".store")
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.dynamodb) || !has(self.store.dynamodb.indexes)"
            + " || self.store.dynamodb.indexes.all(i,"
            + " self.schema.fields.exists(f, f.name == i.hash && !(f.type in ['boolean', 'json']))"
            + " && (!has(i.range) || (i.range != i.hash && self.schema.fields.exists(f,"
            + " f.name == i.range && !(f.type in ['boolean', 'json'])))))",
    message =
        "an index names what is not among schema.fields, a field of type boolean or json, or one"
            + " field twice: correct the name or remove the index",
    fieldPath = ".store")
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.dynamodb) || !has(self.store.dynamodb.ttlField)"
            + " || self.schema.fields.exists(f, f.name == self.store.dynamodb.ttlField"
            + " && f.type in ['date', 'timestamp'])",
    message = "ttlField names no date or timestamp among schema.fields: name one or leave it out",
    fieldPath = ".store")
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.bigquery) || !has(self.store.bigquery.partitionBy)"
            + " || self.schema.fields.exists(f, f.name == self.store.bigquery.partitionBy.field"
            + " && (f.type == 'timestamp'"
            + " || (f.type == 'date' && self.store.bigquery.partitionBy.unit != 'hour')))",
    message =
        "partitionBy names no date or timestamp among schema.fields, or the hours of a date: name"
            + " another field or unit",
    fieldPath = ".store")
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.bigquery) || !has(self.store.bigquery.clusterBy)"
            + " || self.store.bigquery.clusterBy.all(n, self.schema.fields.exists(f,"
            + " f.name == n && !(f.type in ['double', 'json'])))",
    message =
        "clusterBy names what is not among schema.fields, or a field of type double or json:"
            + " correct the name or remove the entry",
    fieldPath = ".store")
@ValidationRule(
    value = "self.consumer.mode != 'upsert' || has(self.schema.key)",
    message =
        "consumer.mode upsert needs schema.key: list the fields that identify a record, or use"
            + " mode append",
    fieldPath = ".schema")
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.postgres) || !has(self.store.postgres.indexes)"
            + " || self.store.postgres.indexes.all(i, i.fields.all(n,"
            + " self.schema.fields.exists(f, f.name == n && f.type != 'json')))",
    message =
        "an index names what is not among schema.fields, or a field of type json: correct the name"
            + " or remove the index",
    fieldPath = ".store")
// Rules over a parent whose default is {} stand here: that default is checked before it is filled
// in.
@ValidationRule(
    value =
        "!has(self.store) || !has(self.store.dynamodb) || self.topic.partitions <= "
            + DynamoDbSpec.MOST_PARTITIONS,
    message =
        "a table in DynamoDB takes at most "
            + DynamoDbSpec.MOST_PARTITIONS
            + " partitions, since all positions are one item: use fewer",
    fieldPath = ".topic.partitions")
@ValidationRule(
    value = "self.topic.partitions >= oldSelf.topic.partitions",
    message =
        "partitions cannot decrease, Kafka has no way to do it: keep the former number or create a"
            + " new pipeline",
    fieldPath = ".topic.partitions")
@ValidationRule(
    value = "self.consumer.mode != 'upsert' || self.topic.partitions <= oldSelf.topic.partitions",
    message =
        "partitions cannot increase in upsert mode, since keys would move to other partitions and"
            + " an old value could win: keep the former number or create a new pipeline",
    fieldPath = ".topic.partitions")
@ValidationRule(
    value = "has(self.topic.name) == self.topic.adopt",
    message =
        "topic.name and topic.adopt: true belong together: set both to take a topic that is there"
            + " as it is, or neither for the pipeline's own, <namespace>.<name>",
    fieldPath = ".topic")
@ValidationRule(
    value =
        "self.topic.adopt == oldSelf.topic.adopt && has(self.topic.name) =="
            + " has(oldSelf.topic.name) && (!has(self.topic.name) || self.topic.name =="
            + " oldSelf.topic.name)",
    message =
        "topic.name and topic.adopt are immutable, since the stored offsets are of this topic:"
            + " create a new pipeline for another topic",
    fieldPath = ".topic")
@ValidationRule(
    value =
        "!has(self.sources) || !has(self.sources.cloudEvents) ||"
            + " !has(self.sources.cloudEvents.attributesField) || self.schema.fields.exists(f,"
            + " f.name == self.sources.cloudEvents.attributesField && f.type == 'json')",
    message = AttributesField.MESSAGE,
    fieldPath = ".sources.cloudEvents")
@ValidationRule(
    value =
        "!has(self.sources) || !has(self.sources.sns) ||"
            + " !has(self.sources.sns.attributesField) || self.schema.fields.exists(f,"
            + " f.name == self.sources.sns.attributesField && f.type == 'json')",
    message = AttributesField.MESSAGE,
    fieldPath = ".sources.sns")
@ValidationRule(
    value =
        "!has(self.sources) || !has(self.sources.pubsub) ||"
            + " !has(self.sources.pubsub.attributesField) || self.schema.fields.exists(f,"
            + " f.name == self.sources.pubsub.attributesField && f.type == 'json')",
    message = AttributesField.MESSAGE,
    fieldPath = ".sources.pubsub")
@ValidationRule(
    value =
        "!has(self.sources) || !has(self.sources.firehose) ||"
            + " !has(self.sources.firehose.attributesField) || self.schema.fields.exists(f,"
            + " f.name == self.sources.firehose.attributesField && f.type == 'json')",
    message = AttributesField.MESSAGE,
    fieldPath = ".sources.firehose")
public record DataPipelineSpec(
    @JsonPropertyDescription(
            "What the data is, for people; shown on the API's documentation page. No default. May"
                + " change at any time.")
        @Size(max = 1000)
        @Nullable String description,
    @JsonPropertyDescription("What a record looks like and what identifies it. Required.") @Required
        SchemaSpec schema,
    @JsonPropertyDescription(
            "The Kafka topic that records travel through. Its name is <namespace>.<name>, unless one"
                + " is adopted; records that cannot be stored go to <namespace>.<name>.dlq.")
        @Default("{}")
        TopicSpec topic,
    @JsonPropertyDescription(
            "Where records end up and are queried. Required, exactly one. The kind of store is"
                + " immutable.")
        StoreSpec store,
    @JsonPropertyDescription(
            "How records get from the topic into the store. `kubectl scale` changes replicas.")
        @Default("{}")
        ConsumerSpec consumer,
    @JsonPropertyDescription("The HTTP API that takes records in and answers queries.")
        @Default("{}")
        ApiSpec api,
    @JsonPropertyDescription(
            "Systems that push to POST /v1/records in an envelope of their own, which is verified"
                + " and unwrapped. No default: such pushes are refused. A message is stored once"
                + " however often it is delivered within 24 hours. A record that does not fit the"
                + " schema becomes a dead letter, since nobody is there to correct it; with"
                + " ?onError=reject in the address its message is refused instead.")
        @Nullable SourcesSpec sources,
    @JsonPropertyDescription(
            "What the pipeline promises. Alerts measure against it; a change restarts nothing.")
        @Default("{}")
        SloSpec slo,
    @JsonPropertyDescription(
            "The ServiceAccounts that the pipeline's processes run under, one each. Stores of a"
                + " cloud take them for who asks, where no Secret names keys. No default beside what"
                + " the platform sets.")
        @Nullable ServiceAccountsSpec serviceAccounts,
    @JsonPropertyDescription(
            "What becomes of the data when the resource is deleted. Default Retain: topics and"
                + " table stay. Delete: topics, table and the roles made for it go too, but an"
                + " adopted topic stays. May change at any time; the value at the time of deletion"
                + " counts.")
        @Default("Retain")
        DeletionPolicy deletionPolicy,
    @JsonPropertyDescription(
            "Stops the load: consumers finish the batch in flight and end. Default false. The API"
                + " stays up, records wait in the topic and are lost once older than"
                + " topic.retention. May change at any time.")
        @Default("false")
        boolean suspend) {
  public DataPipelineSpec {
    topic = topic == null ? TopicSpec.DEFAULT : topic;
    consumer = consumer == null ? ConsumerSpec.DEFAULT : consumer;
    api = api == null ? ApiSpec.DEFAULT : api;
    slo = slo == null ? SloSpec.DEFAULT : slo;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.RETAIN : deletionPolicy;
  }
}
