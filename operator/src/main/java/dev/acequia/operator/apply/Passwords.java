package dev.acequia.operator.apply;

import java.security.SecureRandom;
import java.util.Base64;

/** Passwords for roles that nobody ever types. */
public final class Passwords {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 24;

  private Passwords() {}

  /** 32 characters that need no escape in a URI, a shell or SQL. */
  public static String generate() {
    var bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
