@NullMarked
package dev.acequia.stores.testkit;

import org.jspecify.annotations.NullMarked;
