package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.crd.generator.annotation.Annotations;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** One time that a pipeline's consumers read a part of its topic again. */
@JsonClassDescription(
    "Reads a part of a pipeline's topic into its store again, once. What is there already stays as"
        + " it is; what is missing returns. The pipeline's consumers do it themselves, before they"
        + " go on with new records. Deleting the resource cancels the replay.")
@Group(DataPipeline.GROUP)
@Version(DataPipeline.VERSION)
@Kind(DataPipelineReplay.KIND)
@Singular("datapipelinereplay")
@Plural("datapipelinereplays")
@ShortNames("dpr")
@Categories("acequia")
@Annotations({
  "helm.sh/resource-policy=keep",
  "argocd.argoproj.io/sync-options=ServerSideApply=true"
})
@AdditionalPrinterColumn(name = "Pipeline", type = Type.STRING, jsonPath = ".spec.pipeline")
@AdditionalPrinterColumn(
    name = "Ready",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "Reason",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(name = "Done", type = Type.INTEGER, jsonPath = ".status.recordsDone")
@AdditionalPrinterColumn(name = "Of", type = Type.INTEGER, jsonPath = ".status.recordsTotal")
@AdditionalPrinterColumn(name = "Age", type = Type.DATE, jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
    name = "Dry-Run",
    type = Type.BOOLEAN,
    jsonPath = ".spec.dryRun",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Message",
    type = Type.STRING,
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    priority = 1)
public final class DataPipelineReplay
    extends CustomResource<DataPipelineReplaySpec, DataPipelineReplayStatus> implements Namespaced {
  public static final String KIND = "DataPipelineReplay";
}
