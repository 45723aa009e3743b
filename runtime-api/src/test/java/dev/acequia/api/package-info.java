/** The API process against real servers. */
@NullMarked
package dev.acequia.api;

import org.jspecify.annotations.NullMarked;
