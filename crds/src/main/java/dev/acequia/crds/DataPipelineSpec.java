package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

@JsonIgnoreProperties(ignoreUnknown = true)
public record DataPipelineSpec(
    @Nullable String description,
    SchemaSpec schema,
    TopicSpec topic,
    StoreSpec store,
    ConsumerSpec consumer,
    ApiSpec api,
    SloSpec slo,
    DeletionPolicy deletionPolicy,
    boolean suspend) {}
