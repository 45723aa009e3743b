package dev.acequia.crds;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** One declaration of a running data product: push endpoint, topic, load, store and query API. */
@Group(DataPipeline.GROUP)
@Version(DataPipeline.VERSION)
@Kind(DataPipeline.KIND)
@Singular("datapipeline")
@Plural("datapipelines")
@ShortNames("dp")
public final class DataPipeline extends CustomResource<DataPipelineSpec, DataPipelineStatus>
    implements Namespaced {
  public static final String GROUP = "acequia.dev";
  public static final String VERSION = "v1alpha1";
  public static final String KIND = "DataPipeline";
}
