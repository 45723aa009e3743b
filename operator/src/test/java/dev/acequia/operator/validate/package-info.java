@NullMarked
package dev.acequia.operator.validate;

import org.jspecify.annotations.NullMarked;
