package dev.acequia.servers.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;

/**
 * Pushes in the form of Google Pub/Sub, with tokens as Google signs them.
 *
 * @see <a
 *     href="https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions">Authentication
 *     for push subscriptions</a>
 */
public final class PubSubStandIn {
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
  private static final Duration HOUR = Duration.ofHours(1);

  private final KeyPair keys = Certificates.keys();
  private final String keyId = UUID.randomUUID().toString();

  /** Puts the public key at the vendor's address. */
  public PubSubStandIn(VendorStandIn vendor) {
    var key = (RSAPublicKey) keys.getPublic();
    vendor.addGoogleKey(
        "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"}"
            .formatted(keyId, number(key.getModulus()), number(key.getPublicExponent())));
  }

  /**
   * What stands behind {@code Authorization: Bearer}.
   *
   * @param audience as the subscription has it
   * @param serviceAccount the mail address of the subscription's account
   */
  public String token(String audience, String serviceAccount) {
    var now = Instant.now();
    var signed =
        encoded("{\"alg\":\"RS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}".formatted(keyId))
            + "."
            + encoded(
                "{\"aud\":\"%s\",\"azp\":\"113774264463038321964\",\"email\":\"%s\",\"email_verified\":true,\"exp\":%d,\"iat\":%d,\"iss\":\"https://accounts.google.com\",\"sub\":\"113774264463038321964\"}"
                    .formatted(
                        audience,
                        serviceAccount,
                        now.plus(HOUR).getEpochSecond(),
                        now.getEpochSecond()));
    try {
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + URL.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The body of a push.
   *
   * @param messageId the same when a message is delivered again
   */
  public static String body(String messageId, String data) {
    return """
    {"message": {"data": "%1$s", "messageId": "%2$s", "message_id": "%2$s",
      "attributes": {"source": "stand-in"},
      "publishTime": "%3$s", "publish_time": "%3$s"},
     "subscription": "projects/my-project/subscriptions/departures"}
    """
        .formatted(
            Base64.getEncoder().encodeToString(data.getBytes(UTF_8)), messageId, Instant.now());
  }

  private static String encoded(String text) {
    return URL.encodeToString(text.getBytes(UTF_8));
  }

  /** Big-endian and without a sign, as RFC 7518 has it. */
  private static String number(BigInteger value) {
    var bytes = value.toByteArray();
    var from = bytes[0] == 0 ? 1 : 0;
    return URL.encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
  }
}
