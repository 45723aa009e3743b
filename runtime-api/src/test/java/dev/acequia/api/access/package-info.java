@NullMarked
package dev.acequia.api.access;

import org.jspecify.annotations.NullMarked;
