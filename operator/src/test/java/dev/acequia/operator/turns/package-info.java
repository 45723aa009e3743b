@NullMarked
package dev.acequia.operator.turns;

import org.jspecify.annotations.NullMarked;
