/**
 * The HTTP limit: the API's own Tomcat, set up by the API's own class, answering constants. The one
 * place that knows the product's classes, and a process of its own like the product.
 */
@NullMarked
package dev.acequia.benchmarks.constant;

import org.jspecify.annotations.NullMarked;
