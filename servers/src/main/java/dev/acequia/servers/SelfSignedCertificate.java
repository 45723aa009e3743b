package dev.acequia.servers;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A certificate that signs itself, made by the JDK's keytool. */
public final class SelfSignedCertificate {
  private static final String ALIAS = "own";

  private final Keytool keytool;

  private SelfSignedCertificate(Keytool keytool) {
    this.keytool = keytool;
  }

  /** A certificate of this name for 127.0.0.1; keys are of the kind RSA or EC. */
  public static SelfSignedCertificate create(Path folder, String name, String keys) {
    var keytool = new Keytool(folder.resolve(name + ".p12"));
    keytool.run(
        "-genkeypair",
        "-alias",
        ALIAS,
        "-keyalg",
        keys,
        "-dname",
        "CN=" + name,
        "-ext",
        "san=ip:127.0.0.1");
    return new SelfSignedCertificate(keytool);
  }

  public String certificatePem() {
    return keytool.certificatePem(ALIAS);
  }

  public String keyPem() {
    return keytool.keyPem(ALIAS);
  }

  /** What a client needs that trusts this one, and shows another. */
  public SSLContext client(@Nullable SelfSignedCertificate own)
      throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keytool.open().getCertificate(ALIAS));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    if (own != null) {
      keys.init(own.keytool.open(), Keytool.PASSWORD.toCharArray());
    }
    var context = SSLContext.getInstance("TLS");
    context.init(
        own == null ? new KeyManager[0] : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
