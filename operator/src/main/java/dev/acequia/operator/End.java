package dev.acequia.operator;

/**
 * How the operator ends by itself; the kubelet starts it anew.
 *
 * @param inOrder finishes the reconciles in progress and gives the lease back; returns at once
 * @param atOnce where going on could do harm
 */
record End(Runnable inOrder, Runnable atOnce) {
  static End ofTheProcess() {
    return new End(
        () -> Thread.ofPlatform().name("end").start(() -> System.exit(0)),
        () -> Runtime.getRuntime().halt(1));
  }
}
