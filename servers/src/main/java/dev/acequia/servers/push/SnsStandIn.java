package dev.acequia.servers.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.acequia.servers.push.Certificates.Authority;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Messages in the form of Amazon SNS, signed as SNS signs them.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html">Verifying
 *     the signatures of Amazon SNS messages</a>
 */
public final class SnsStandIn {
  private static final String SUBJECT = "CN=sns.amazonaws.com";
  private static final Duration YEAR = Duration.ofDays(365);
  private static final List<String> NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  private final VendorStandIn vendor;
  private final KeyPair keys = Certificates.keys();
  private final String certificate;

  /** Puts a certificate at the vendor's address. */
  public SnsStandIn(VendorStandIn vendor) {
    this.vendor = vendor;
    var authority = Authority.named("CN=An authority, O=Amazon");
    certificate =
        vendor.serve(
            "/SimpleNotificationService-" + UUID.randomUUID() + ".pem",
            Certificates.pem(SUBJECT, keys.getPublic(), authority, false, YEAR)
                + Certificates.pem(
                    authority.name(), authority.keys().getPublic(), authority, true, YEAR));
  }

  /** What SNS posts of a published message, by its fields. */
  public Map<String, String> notification(String topicArn, String message) {
    var fields = new LinkedHashMap<String, String>();
    fields.put("Type", "Notification");
    fields.put("MessageId", UUID.randomUUID().toString());
    fields.put("TopicArn", topicArn);
    fields.put("Message", message);
    fields.put("Timestamp", Instant.now().toString());
    fields.put("SignatureVersion", "2");
    fields.put("SigningCertURL", certificate);
    fields.put("UnsubscribeURL", vendor.origin() + "/?Action=Unsubscribe");
    fields.put("Signature", signature(fields, keys.getPrivate()));
    return fields;
  }

  /**
   * The signature of a message in Base64, by its {@code SignatureVersion}.
   *
   * @param fields of the message; those that are not signed do no harm
   */
  public static String signature(Map<String, String> fields, PrivateKey key) {
    var text = new StringBuilder();
    for (var name : "Notification".equals(fields.get("Type")) ? NOTIFICATION : CONFIRMATION) {
      var value = fields.get(name);
      if (value != null) {
        text.append(name).append('\n').append(value).append('\n');
      }
    }
    try {
      var signature =
          Signature.getInstance(
              "1".equals(fields.get("SignatureVersion")) ? "SHA1withRSA" : "SHA256withRSA");
      signature.initSign(key);
      signature.update(text.toString().getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
