/**
 * Whose turn is next, where many namespaces want what there is little of. No namespace takes it
 * from the others.
 */
@NullMarked
package dev.acequia.operator.turns;

import org.jspecify.annotations.NullMarked;
