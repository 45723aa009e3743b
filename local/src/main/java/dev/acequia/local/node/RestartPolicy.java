package dev.acequia.local.node;

/** When a container that has ended starts again. */
enum RestartPolicy {
  ALWAYS,
  ON_FAILURE,
  NEVER;

  /** Reads a Pod's {@code restartPolicy}. */
  static RestartPolicy of(String name) {
    return switch (name) {
      case "OnFailure" -> ON_FAILURE;
      case "Never" -> NEVER;
      default -> ALWAYS;
    };
  }

  boolean restarts(int exitCode) {
    return switch (this) {
      case ALWAYS -> true;
      case ON_FAILURE -> exitCode != 0;
      case NEVER -> false;
    };
  }
}
