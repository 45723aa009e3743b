package dev.acequia.local.node;

import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** What a program in a Pod does: it finds API server, token and namespace, and lists Pods. */
final class PodLister {
  private PodLister() {}

  public static void main(String[] args) {
    try (var client = new KubernetesClientBuilder().build()) {
      for (var pod : client.pods().list().getItems()) {
        System.out.println("in " + client.getNamespace() + ": " + pod.getMetadata().getName());
      }
    }
  }
}
