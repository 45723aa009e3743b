@NullMarked
package dev.acequia.stores.lake.maintain;

import org.jspecify.annotations.NullMarked;
