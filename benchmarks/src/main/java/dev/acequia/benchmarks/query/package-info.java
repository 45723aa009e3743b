/**
 * {@code acequia bench query}: answers over HTTP beside the same SQL by pgbench, the same Tomcat
 * answering constants, and pREST.
 */
@NullMarked
package dev.acequia.benchmarks.query;

import org.jspecify.annotations.NullMarked;
