@NullMarked
package dev.acequia.operator.kafka;

import org.jspecify.annotations.NullMarked;
