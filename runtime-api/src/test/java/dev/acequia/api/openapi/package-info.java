/** Tests without servers. */
@NullMarked
package dev.acequia.api.openapi;

import org.jspecify.annotations.NullMarked;
