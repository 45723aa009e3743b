package dev.acequia.contract.access;

import dev.acequia.contract.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An API key as its owner holds it: {@code acq_<id>_<secret>}. The id names the key in the Secret
 * and in logs; the secret is 256 random bits in base64url.
 *
 * @param id of the key within its Secret
 * @param text the whole key
 */
public record ApiKey(String id, String text) {
  /** By which a key is told from a token, and found by scanners of leaked secrets. */
  public static final String PREFIX = "acq_";

  private static final Pattern ID = Pattern.compile("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?");
  private static final Pattern SECRET = Pattern.compile("[-_A-Za-z0-9]{43}");
  private static final int SECRET_BYTES = 32;
  private static final int SECRET_LENGTH = 43;

  /**
   * A new key.
   *
   * @throws IllegalArgumentException when the id is not one
   */
  public static ApiKey generate(String id, SecureRandom random) {
    if (!isId(id)) {
      throw new IllegalArgumentException(
          "a key's name has at most 40 characters, a-z, 0-9 and '-', without '-' at either end");
    }
    var secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new ApiKey(
        id, PREFIX + id + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** Reads a key; empty when the text does not have the form of one. */
  public static Optional<ApiKey> parse(String text) {
    var middle = text.length() - SECRET_LENGTH - 1;
    if (!text.startsWith(PREFIX) || middle <= PREFIX.length() || text.charAt(middle) != '_') {
      return Optional.empty();
    }
    var id = text.substring(PREFIX.length(), middle);
    return isId(id) && SECRET.matcher(text.substring(middle + 1)).matches()
        ? Optional.of(new ApiKey(id, text))
        : Optional.empty();
  }

  /** Whether a Secret's entry of this name can hold a key. */
  public static boolean isId(String name) {
    return ID.matcher(name).matches();
  }

  /** The SHA-256 of the whole key: fast by intention, since nobody guesses 256 random bits. */
  public byte[] hash() {
    return Sha256.digest().digest(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "ApiKey[" + id + "]";
  }
}
