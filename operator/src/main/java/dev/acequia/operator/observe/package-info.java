/**
 * What is: the cluster's objects and the topics, read into {@link dev.acequia.operator.plan.Facts}
 * before the plan and into {@link dev.acequia.operator.observe.Observation} after it was applied.
 * Nothing here writes.
 */
@NullMarked
package dev.acequia.operator.observe;

import org.jspecify.annotations.NullMarked;
