/** Tests without servers. */
@NullMarked
package dev.acequia.api.envelope;

import org.jspecify.annotations.NullMarked;
