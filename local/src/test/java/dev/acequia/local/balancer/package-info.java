@NullMarked
package dev.acequia.local.balancer;

import org.jspecify.annotations.NullMarked;
