/**
 * What the build of the images does beside copying files: it runs them once, so that the virtual
 * machine can write down what it has learnt.
 */
@NullMarked
package dev.acequia.images;

import org.jspecify.annotations.NullMarked;
