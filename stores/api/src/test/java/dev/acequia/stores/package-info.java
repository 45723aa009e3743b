/** The stores against their contract. */
@NullMarked
package dev.acequia.stores;

import org.jspecify.annotations.NullMarked;
