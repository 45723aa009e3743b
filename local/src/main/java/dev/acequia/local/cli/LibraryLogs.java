package dev.acequia.local.cli;

/** Keeps the log lines of clients for Kafka and Kubernetes off the screen. */
final class LibraryLogs {
  private LibraryLogs() {}

  /** Works before the first logger is made. */
  static void onlyErrors() {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    // Kafka's client repeats what its exceptions say.
    System.setProperty("org.slf4j.simpleLogger.log.org.apache.kafka", "off");
  }
}
