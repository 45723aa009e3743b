/** Tests of what all requests together may hold. */
@NullMarked
package dev.acequia.api.bounds;

import org.jspecify.annotations.NullMarked;
