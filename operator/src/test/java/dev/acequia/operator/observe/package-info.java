@NullMarked
package dev.acequia.operator.observe;

import org.jspecify.annotations.NullMarked;
