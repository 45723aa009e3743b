/**
 * Acequia on one machine: {@code cli} is the command line, {@code platform} starts and stops the
 * local platform, {@code node} runs its Pods as processes.
 */
@NullMarked
package dev.acequia.local;

import org.jspecify.annotations.NullMarked;
