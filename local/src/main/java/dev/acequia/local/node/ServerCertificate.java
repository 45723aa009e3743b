package dev.acequia.local.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The node's own certificate, which it signs itself as kubelets do: the API server asks for TLS,
 * but not for proof.
 */
final class ServerCertificate {
  private static final int DAYS = 3650;

  private ServerCertificate() {}

  /**
   * TLS with a new certificate, made by the JDK's keytool.
   *
   * @param folder where the key is while it is read
   * @param clientAuthority whose clients are let in
   */
  static SSLContext context(Path folder, Optional<Path> clientAuthority)
      throws IOException, InterruptedException {
    var file = folder.resolve("kubelet.p12");
    var password = HexFormat.of().formatHex(SecureRandom.getSeed(16));
    Files.deleteIfExists(file);
    try {
      make(file, password);
      var keys = KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(file)) {
        keys.load(in, password.toCharArray());
      }
      var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(keys, password.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(keyManagers.getKeyManagers(), trust(clientAuthority), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("The node's certificate cannot be used", e);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void make(Path file, String password) throws IOException, InterruptedException {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    var builder =
        new ProcessBuilder(
            List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                "kubelet",
                "-keyalg",
                "EC",
                "-dname",
                "CN=acequia-local-node",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                Integer.toString(DAYS),
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass:env",
                "STORE_PASSWORD"));
    builder.environment().put("STORE_PASSWORD", password);
    builder.redirectErrorStream(true);
    var process = builder.start();
    var said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("keytool made no certificate: " + said.strip());
    }
  }

  private static TrustManager @Nullable [] trust(Optional<Path> clientAuthority)
      throws IOException, GeneralSecurityException {
    if (clientAuthority.isEmpty()) {
      return null;
    }
    var authorities = KeyStore.getInstance(KeyStore.getDefaultType());
    authorities.load(null, null);
    try (InputStream in = Files.newInputStream(clientAuthority.get())) {
      var number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        authorities.setCertificateEntry("authority-" + number++, certificate);
      }
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(authorities);
    return managers.getTrustManagers();
  }
}
