/** Tests without servers. */
@NullMarked
package dev.acequia.api.http;

import org.jspecify.annotations.NullMarked;
