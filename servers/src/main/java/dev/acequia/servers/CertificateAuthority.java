package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority that signs certificates for this machine, made by the JDK's keytool and kept. */
public final class CertificateAuthority {
  private static final String ALIAS = "authority";

  private final Path folder;
  private final Keytool store;

  private CertificateAuthority(Path folder) {
    this.folder = folder;
    this.store = new Keytool(folder.resolve("authority.p12"));
  }

  /** The authority that this folder holds; a new one where it holds none. */
  public static CertificateAuthority in(Path folder) {
    var authority = new CertificateAuthority(folder);
    if (!Files.exists(authority.store.store())) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      authority.store.run(
          "-genkeypair",
          "-alias",
          ALIAS,
          "-keyalg",
          "EC",
          "-dname",
          "CN=Acequia's local authority",
          "-ext",
          "bc:c",
          "-validity",
          "3650");
    }
    return authority;
  }

  /** The authority's own certificate, for whom trusts it. */
  public String pem() {
    return store.certificatePem(ALIAS);
  }

  /** A certificate for a name on 127.0.0.1 that is valid for ten years. */
  public Issued issue(String name) {
    return issue(name, "-0d", 3650);
  }

  /** A certificate that was valid until yesterday. */
  public Issued issueExpired(String name) {
    return issue(name, "-3d", 2);
  }

  private Issued issue(String name, String startDate, int days) {
    var file = folder.resolve(name + ".p12");
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var own = new Keytool(file);
    own.run("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name);
    var request = folder.resolve(name + ".csr").toString();
    var signed = folder.resolve(name + ".crt").toString();
    own.run("-certreq", "-alias", name, "-file", request);
    store.run(
        "-gencert",
        "-alias",
        ALIAS,
        "-infile",
        request,
        "-outfile",
        signed,
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-startdate",
        startDate,
        "-validity",
        Integer.toString(days));
    var authority = folder.resolve("authority.crt");
    try {
      Files.writeString(authority, pem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    own.run("-importcert", "-noprompt", "-alias", ALIAS, "-file", authority.toString());
    own.run("-importcert", "-noprompt", "-alias", name, "-file", signed);
    return new Issued(own.certificatePem(name), own.keyPem(name));
  }

  /**
   * A certificate of this authority's.
   *
   * @param chain the certificate, PEM
   * @param key its key, PEM
   */
  public record Issued(String chain, String key) {
    @Override
    public String toString() {
      return "Issued[" + chain + "]";
    }
  }

  /** What a client needs that trusts this authority, and shows the certificate of this name. */
  SSLContext client(String name) {
    try {
      var own = new Keytool(folder.resolve(name + ".p12")).open();
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, Keytool.PASSWORD.toCharArray());
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(own);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
