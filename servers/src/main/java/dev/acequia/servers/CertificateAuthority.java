package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority that signs certificates for this machine, made by the JDK's keytool and kept. */
public final class CertificateAuthority {
  private static final String PASSWORD = "password";
  private static final String ALIAS = "authority";

  private final Path folder;
  private final Path store;

  private CertificateAuthority(Path folder) {
    this.folder = folder;
    this.store = folder.resolve("authority.p12");
  }

  /** The authority that this folder holds; a new one where it holds none. */
  public static CertificateAuthority in(Path folder) {
    var authority = new CertificateAuthority(folder);
    if (!Files.exists(authority.store)) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      keytool(
          authority.store,
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
    return pem("CERTIFICATE", bytes(store, ALIAS));
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
    keytool(file, "-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name);
    var request = folder.resolve(name + ".csr").toString();
    var signed = folder.resolve(name + ".crt").toString();
    keytool(file, "-certreq", "-alias", name, "-file", request);
    keytool(
        store,
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
    keytool(file, "-importcert", "-noprompt", "-alias", ALIAS, "-file", authority.toString());
    keytool(file, "-importcert", "-noprompt", "-alias", name, "-file", signed);
    return new Issued(pem("CERTIFICATE", bytes(file, name)), pem("PRIVATE KEY", key(file, name)));
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
      var own = open(folder.resolve(name + ".p12"));
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, PASSWORD.toCharArray());
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(own);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(Path store, String alias) {
    try {
      return open(store).getCertificate(alias).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] key(Path store, String alias) {
    try {
      return open(store).getKey(alias, PASSWORD.toCharArray()).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore open(Path file) {
    try (var in = Files.newInputStream(file)) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
  }

  private static void keytool(Path store, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new ServerException("keytool failed: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), kind);
  }
}
