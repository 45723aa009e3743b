package dev.acequia.servers;

/**
 * A server did not start, stop or answer; the message is for a person and ends in the log's tail.
 */
public final class ServerException extends RuntimeException {
  public ServerException(String message) {
    super(message);
  }

  public ServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
