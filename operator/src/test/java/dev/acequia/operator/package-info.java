@NullMarked
package dev.acequia.operator;

import org.jspecify.annotations.NullMarked;
