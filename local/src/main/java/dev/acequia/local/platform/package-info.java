/**
 * The local platform: it starts the control plane, Kafka, PostgreSQL and the local node on one
 * folder, installs the charts, and stops all again. {@link
 * dev.acequia.local.platform.LocalPlatform} is the table of contents.
 */
@NullMarked
package dev.acequia.local.platform;

import org.jspecify.annotations.NullMarked;
