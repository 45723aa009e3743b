/** Tests without servers. */
@NullMarked
package dev.acequia.api.query;

import org.jspecify.annotations.NullMarked;
