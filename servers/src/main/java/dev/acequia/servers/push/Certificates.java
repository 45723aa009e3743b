package dev.acequia.servers.push;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;

/** X.509 certificates, which the JDK reads but does not make. */
public final class Certificates {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final byte[] SHA256_WITH_RSA =
      der(0x30, der(0x06, bytes(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b)), der(0x05));

  /** One who signs. */
  public record Authority(String name, KeyPair keys) {
    public static Authority named(String name) {
      return new Authority(name, Certificates.keys());
    }
  }

  private Certificates() {}

  /** A new pair of 2048 bits. */
  public static KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate in PEM that ends so long from now. */
  public static String pem(
      String subject, PublicKey key, Authority issuer, boolean isAuthority, Duration left) {
    var ends = Instant.now().plus(left);
    var parts =
        der(
            0x30,
            der(0xa0, der(0x02, bytes(2))),
            der(0x02, BigInteger.valueOf(System.nanoTime()).toByteArray()),
            SHA256_WITH_RSA,
            new X500Principal(issuer.name()).getEncoded(),
            der(0x30, time(ends.minus(Duration.ofDays(400))), time(ends)),
            new X500Principal(subject).getEncoded(),
            key.getEncoded(),
            isAuthority ? authority() : new byte[0]);
    try {
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(issuer.keys().getPrivate());
      signature.update(parts);
      var certificate = der(0x30, parts, SHA256_WITH_RSA, der(0x03, bytes(0), signature.sign()));
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder().encodeToString(certificate)
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The extension by which a certificate may sign others. */
  private static byte[] authority() {
    return der(
        0xa3,
        der(
            0x30,
            der(
                0x30,
                der(0x06, bytes(0x55, 0x1d, 0x13)),
                der(0x01, bytes(0xff)),
                der(0x04, der(0x30, der(0x01, bytes(0xff)))))));
  }

  private static byte[] time(Instant time) {
    return der(0x18, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] bytes(int... values) {
    var bytes = new byte[values.length];
    for (var i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] der(int tag, byte[]... parts) {
    var content = new ByteArrayOutputStream();
    for (var part : parts) {
      content.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    var length = content.size();
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
