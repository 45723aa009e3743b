/**
 * What the resource says of itself: a pure function of the plan and what was observed after it was
 * applied. Never of what was last done.
 */
@NullMarked
package dev.acequia.operator.status;

import org.jspecify.annotations.NullMarked;
