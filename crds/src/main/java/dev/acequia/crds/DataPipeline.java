package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.crd.generator.annotation.Annotations;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** One declaration of a running data product: push endpoint, topic, load, store and query API. */
@JsonClassDescription(
    "One declaration of a running data product: push endpoint, Kafka topic, exactly-once load into a"
        + " store, and query API.")
@Group(DataPipeline.GROUP)
@Version(DataPipeline.VERSION)
@Kind(DataPipeline.KIND)
@Singular("datapipeline")
@Plural("datapipelines")
@ShortNames("dp")
@Categories("acequia")
@Annotations({
  // Deleting the CRD deletes every pipeline: uninstalling the chart must not.
  "helm.sh/resource-policy=keep",
  "argocd.argoproj.io/sync-options=ServerSideApply=true"
})
@AdditionalPrinterColumn(
    name = "Ready",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "Reason",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Endpoint", type = Type.STRING, jsonPath = ".status.endpoint")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
    name = "Topic",
    type = Type.STRING,
    jsonPath = ".status.topic",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Store",
    type = Type.STRING,
    jsonPath = ".status.store",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Mode",
    type = Type.STRING,
    jsonPath = ".spec.consumer.mode",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Consumers",
    type = Type.INTEGER,
    jsonPath = ".status.consumer.readyReplicas",
    priority = 1)
@ValidationRule(
    value =
        "size(self.metadata.name) <= 40 &&"
            + " self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    messageExpression =
        "\"metadata.name '\" + self.metadata.name + \"': use lower-case letters, digits and '-',"
            + " begin with a letter, end with a letter or digit, at most 40 characters;"
            + " topic, table and Service are named after it\"")
public final class DataPipeline extends CustomResource<DataPipelineSpec, DataPipelineStatus>
    implements Namespaced {
  public static final String GROUP = "acequia.dev";
  public static final String VERSION = "v1alpha1";
  public static final String KIND = "DataPipeline";
}
