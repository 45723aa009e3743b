package dev.acequia.local.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
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

  /** Required by the format; the folder's permissions are what keeps the key. */
  private static final String PASSWORD = "acequia";

  private ServerCertificate() {}

  /**
   * TLS with the folder's certificate, which the JDK's keytool makes at the first start.
   *
   * @param folder where the key is kept; the owner alone can look into it
   * @param clientAuthority whose clients are let in
   */
  static SSLContext context(Path folder, Optional<Path> clientAuthority)
      throws IOException, InterruptedException {
    var file = folder.resolve("kubelet.p12");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      var draft = folder.resolve("kubelet.p12.new");
      Files.deleteIfExists(draft);
      make(draft);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      var keys = KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keyManagers.init(keys, PASSWORD.toCharArray());
      var context = SSLContext.getInstance("TLS");
      context.init(keyManagers.getKeyManagers(), trust(clientAuthority), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("The node's certificate cannot be used", e);
    }
  }

  private static void make(Path file) throws IOException, InterruptedException {
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
                "-storepass",
                PASSWORD));
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
