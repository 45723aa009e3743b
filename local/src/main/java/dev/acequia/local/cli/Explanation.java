package dev.acequia.local.cli;

import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Plain words for an exception that no command expected. */
final class Explanation {
  private Explanation() {}

  static String of(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      switch (e) {
        case NoSuchFileException missing -> {
          return missing.getFile() + ": no such file";
        }
        case FileNotFoundException missing -> {
          return words(missing);
        }
        case AccessDeniedException denied -> {
          return denied.getFile() + ": permission denied";
        }
        case ConnectException refused -> {
          return "nothing answers: " + words(refused);
        }
        case HttpTimeoutException timeout -> {
          return "no answer in time: " + words(timeout);
        }
        default -> {}
      }
    }
    return words(failure);
  }

  private static String words(Throwable e) {
    var message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }
}
