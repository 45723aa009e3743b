package dev.acequia.local.cli.source;

import java.io.IOException;

/** A file cannot be read on; the message says where and why, in words for its owner. */
final class FaultyFileException extends IOException {
  private static final long serialVersionUID = 1L;

  FaultyFileException(String message) {
    super(message);
  }

  FaultyFileException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The fault's words, or those that say that the file could not be read. */
  static String reason(IOException e) {
    return e instanceof FaultyFileException
        ? String.valueOf(e.getMessage())
        : "cannot be read: " + e.getMessage();
  }
}
