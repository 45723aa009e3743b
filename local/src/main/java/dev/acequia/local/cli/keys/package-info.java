/** A pipeline's API keys where they are kept: the entries of a Secret, which hold their hashes. */
@NullMarked
package dev.acequia.local.cli.keys;

import org.jspecify.annotations.NullMarked;
