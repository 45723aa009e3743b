@NullMarked
package dev.acequia.stores.lake.read;

import org.jspecify.annotations.NullMarked;
