/**
 * The consumer and migration processes: their beginnings and ends. What they do is in the packages
 * below.
 */
@NullMarked
package dev.acequia.consumer;

import org.jspecify.annotations.NullMarked;
