package dev.acequia.local.cli;

/** Whether a person is watching. */
final class Terminal {
  private Terminal() {}

  static boolean isPresent() {
    var console = System.console();
    return console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
  }
}
