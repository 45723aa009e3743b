@NullMarked
package dev.acequia.operator.plan;

import org.jspecify.annotations.NullMarked;
