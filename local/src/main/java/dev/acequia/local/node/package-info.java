/**
 * The local node: the kubelet's part alone. Pods that the scheduler binds to it become processes of
 * this machine, and what becomes of them becomes the Pods' status. It knows nothing of Acequia's
 * own resources; everything above Pods is Kubernetes' own.
 */
@NullMarked
package dev.acequia.local.node;

import org.jspecify.annotations.NullMarked;
