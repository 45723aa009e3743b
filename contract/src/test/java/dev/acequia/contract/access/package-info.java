@NullMarked
package dev.acequia.contract.access;

import org.jspecify.annotations.NullMarked;
