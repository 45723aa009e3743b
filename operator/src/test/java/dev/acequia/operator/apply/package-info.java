@NullMarked
package dev.acequia.operator.apply;

import org.jspecify.annotations.NullMarked;
