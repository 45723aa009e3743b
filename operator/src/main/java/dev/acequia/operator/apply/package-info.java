/**
 * Makes the plan true: topics through their provider, objects by server-side apply under one field
 * manager and only where something differs, and, at the end of a pipeline's life, the way back.
 */
@NullMarked
package dev.acequia.operator.apply;

import org.jspecify.annotations.NullMarked;
