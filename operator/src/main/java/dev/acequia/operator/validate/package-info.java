/**
 * Whether a spec can be served at all: what the CRD cannot say about it, all violations at once,
 * each with its path and what to do. The first step of a reconcile; what fails here is not retried.
 */
@NullMarked
package dev.acequia.operator.validate;

import org.jspecify.annotations.NullMarked;
