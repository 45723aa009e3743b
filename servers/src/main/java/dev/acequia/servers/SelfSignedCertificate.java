package dev.acequia.servers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A certificate that signs itself, made by the JDK's keytool. */
public final class SelfSignedCertificate {
  private static final String PASSWORD = "password";

  private final KeyStore store;

  private SelfSignedCertificate(KeyStore store) {
    this.store = store;
  }

  /** A certificate of this name for 127.0.0.1; keys are of the kind RSA or EC. */
  public static SelfSignedCertificate create(Path folder, String name, String keys) {
    try {
      var file = folder.resolve(name + ".p12");
      var process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                      "-genkeypair",
                      "-alias",
                      "own",
                      "-keyalg",
                      keys,
                      "-dname",
                      "CN=" + name,
                      "-ext",
                      "san=ip:127.0.0.1",
                      "-keystore",
                      file.toString(),
                      "-storepass",
                      PASSWORD))
              .redirectErrorStream(true)
              .start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(output);
      }
      var store = KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(file)) {
        store.load(in, PASSWORD.toCharArray());
      }
      return new SelfSignedCertificate(store);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public String certificatePem() throws GeneralSecurityException {
    return pem("CERTIFICATE", store.getCertificate("own").getEncoded());
  }

  public String keyPem() throws GeneralSecurityException {
    return pem("PRIVATE KEY", store.getKey("own", PASSWORD.toCharArray()).getEncoded());
  }

  /** What a client needs that trusts this one, and shows another. */
  public SSLContext client(@Nullable SelfSignedCertificate own)
      throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("own", store.getCertificate("own"));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    if (own != null) {
      keys.init(own.store, PASSWORD.toCharArray());
    }
    var context = SSLContext.getInstance("TLS");
    context.init(
        own == null ? new KeyManager[0] : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), kind);
  }
}
