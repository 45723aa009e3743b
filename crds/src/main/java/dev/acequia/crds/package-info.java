/**
 * The resource as its users write it: the model of {@code DataPipeline} as records. The operator
 * reads these; the CRD is generated from them. Defaults live in the CRD and are mirrored in the
 * compact constructors.
 */
@NullMarked
package dev.acequia.crds;

import org.jspecify.annotations.NullMarked;
