/**
 * The local stand-in for kube-proxy: each node port of a Service is a listener on 127.0.0.1 that
 * hands connections to the Service's ready Pods in turn.
 */
@NullMarked
package dev.acequia.local.balancer;

import org.jspecify.annotations.NullMarked;
