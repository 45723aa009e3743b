/** Tests of what can be asked. */
@NullMarked
package dev.acequia.stores.query;

import org.jspecify.annotations.NullMarked;
