@NullMarked
package dev.acequia.servers;

import org.jspecify.annotations.NullMarked;
