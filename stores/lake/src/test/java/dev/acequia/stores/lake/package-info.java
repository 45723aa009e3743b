@NullMarked
package dev.acequia.stores.lake;

import org.jspecify.annotations.NullMarked;
