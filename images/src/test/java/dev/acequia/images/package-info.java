/** Tests of the images' entry points. */
@NullMarked
package dev.acequia.images;

import org.jspecify.annotations.NullMarked;
