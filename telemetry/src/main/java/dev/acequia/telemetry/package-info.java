/**
 * What every process of Acequia shows of itself: metrics under the names of the contract, and the
 * management port with {@code /health/live}, {@code /health/ready} and {@code /metrics}. A process
 * whose clock was set back ends by itself.
 */
@NullMarked
package dev.acequia.telemetry;

import org.jspecify.annotations.NullMarked;
