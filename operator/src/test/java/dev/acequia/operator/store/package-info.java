@NullMarked
package dev.acequia.operator.store;

import org.jspecify.annotations.NullMarked;
