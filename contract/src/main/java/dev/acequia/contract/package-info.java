/**
 * What the operator and the runtime agree on: the definition document that the operator writes and
 * every Pod of a pipeline reads, the names of environment variables and metrics, and how a process
 * that needs a person says so.
 */
@NullMarked
package dev.acequia.contract;

import org.jspecify.annotations.NullMarked;
