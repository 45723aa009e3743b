/**
 * What all requests together may hold of the process: each bound follows the heap, and whoever
 * would hold more waits or is refused.
 */
@NullMarked
package dev.acequia.api.bounds;

import org.jspecify.annotations.NullMarked;
