package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an endpoint is called: with which key, and trusting whom. */
final class CallerOptions {
  private static final String VARIABLE = "ACEQUIA_API_KEY";

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "The key to call the endpoint with (default: $ACEQUIA_API_KEY, which other users of this "
              + "machine do not see; none for an open API).")
  private @Nullable String key;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description =
          "Certificates, in PEM, by which an https endpoint is known (default: those that Java "
              + "trusts).")
  private @Nullable Path authorities;

  /** The endpoint, called in this way. */
  Endpoint apply(Endpoint endpoint) {
    return endpoint.with(key()).trusting(authorities == null ? null : trust(authorities));
  }

  @Nullable String key() {
    if (key != null) {
      return key;
    }
    var variable = System.getenv(VARIABLE);
    return variable == null || variable.isEmpty() ? null : variable;
  }

  private static SSLContext trust(Path file) {
    try (var in = Files.newInputStream(file)) {
      var trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
      }
      if (trusted.size() == 0) {
        throw new CommandException(file + ": holds no certificate in PEM");
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      var context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new CommandException(file + ": cannot be read", e);
    } catch (GeneralSecurityException e) {
      throw new CommandException(file + ": holds no certificates in PEM that can be used", e);
    }
  }
}
