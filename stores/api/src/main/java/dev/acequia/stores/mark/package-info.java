/**
 * Idempotency keys for stores without unique keys: the mark of a key, and how records of one key
 * are judged by it. A store reads and writes the marks.
 */
@NullMarked
package dev.acequia.stores.mark;

import org.jspecify.annotations.NullMarked;
