@NullMarked
package dev.acequia.local.platform;

import org.jspecify.annotations.NullMarked;
