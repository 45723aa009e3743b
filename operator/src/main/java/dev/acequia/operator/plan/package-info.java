/**
 * What must exist for a pipeline: {@link dev.acequia.operator.plan.PipelinePlan} is a pure function
 * of the resource, the platform's configuration and the {@link dev.acequia.operator.plan.Facts}
 * read beforehand. Nothing here sees a client, a clock, chance or the environment.
 */
@NullMarked
package dev.acequia.operator.plan;

import org.jspecify.annotations.NullMarked;
