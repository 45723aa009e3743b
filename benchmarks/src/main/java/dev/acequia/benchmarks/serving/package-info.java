/**
 * What the benchmarks of the HTTP API share: a pipeline of flights with its API process, the same
 * Tomcat answering constants, and what an HTTP load shows of a server.
 */
@NullMarked
package dev.acequia.benchmarks.serving;

import org.jspecify.annotations.NullMarked;
