/**
 * The systems that push to a pipeline in an envelope of their own, as operator and API agree on it.
 */
@NullMarked
package dev.acequia.contract.source;

import org.jspecify.annotations.NullMarked;
