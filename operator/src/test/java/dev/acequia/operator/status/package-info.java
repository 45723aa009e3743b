@NullMarked
package dev.acequia.operator.status;

import org.jspecify.annotations.NullMarked;
