/** How the CRD is generated, and that what is committed is what the model says. */
@NullMarked
package dev.acequia.crds;

import org.jspecify.annotations.NullMarked;
