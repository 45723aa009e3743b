@NullMarked
package dev.acequia.stores.reference;

import org.jspecify.annotations.NullMarked;
