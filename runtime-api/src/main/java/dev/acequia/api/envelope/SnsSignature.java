package dev.acequia.api.envelope;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies a message by the certificate that it names. The certificate is taken from SNS's own host
 * in the topic's region over TLS, which vouches for it; it must be for SNS, in force, and, where a
 * chain comes with it, the chain must hold.
 */
final class SnsSignature {
  private static final Logger LOG = LoggerFactory.getLogger(SnsSignature.class);
  private static final int MAX_CACHED = 32;
  private static final Pattern PATH = Pattern.compile("/[-_A-Za-z0-9.]{1,200}\\.pem");
  private static final Pattern SUBJECT =
      Pattern.compile("(?:^|,)CN=sns(?:\\.[-a-z0-9]+)?\\.amazonaws\\.com(?:\\.cn)?(?:,|$)");
  private static final Map<String, String> ALGORITHMS =
      Map.of("1", "SHA1withRSA", "2", "SHA256withRSA");

  private final Vendors vendors;
  private final Clock clock;
  private final Map<URI, List<X509Certificate>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, List<X509Certificate>> eldest) {
          return size() > MAX_CACHED;
        }
      };

  SnsSignature(Vendors vendors, Clock clock) {
    this.vendors = vendors;
    this.clock = clock;
  }

  /**
   * Passes a message that SNS signed.
   *
   * @throws ProblemException for any other, or while the certificate is not to be had
   */
  void verify(SnsMessage message) throws InterruptedException {
    var algorithm = ALGORITHMS.get(message.text("SignatureVersion"));
    if (algorithm == null) {
      throw SnsEnvelope.refused("The SignatureVersion is neither 1 nor 2.");
    }
    var address = message.address("SigningCertURL");
    if (!vendors.isSns(address, message.region())
        || address.getRawQuery() != null
        || !PATH.matcher(String.valueOf(address.getRawPath())).matches()) {
      throw SnsEnvelope.refused("The SigningCertURL is not Amazon's for the topic's region.");
    }
    var chain = chain(address);
    checkChain(chain);
    if (!isSigned(message, algorithm, chain.getFirst())) {
      throw SnsEnvelope.refused("The signature is not of this message.");
    }
  }

  private static boolean isSigned(
      SnsMessage message, String algorithm, X509Certificate certificate) {
    try {
      var signature = Signature.getInstance(algorithm);
      signature.initVerify(certificate.getPublicKey());
      signature.update(message.signedText().getBytes(StandardCharsets.UTF_8));
      return signature.verify(Base64.getDecoder().decode(message.text("Signature")));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private void checkChain(List<X509Certificate> chain) {
    var leaf = chain.getFirst();
    if (!SUBJECT.matcher(leaf.getSubjectX500Principal().getName()).find()) {
      throw SnsEnvelope.refused("The signing certificate is not for Amazon SNS.");
    }
    try {
      var now = Date.from(clock.instant());
      for (var certificate : chain) {
        certificate.checkValidity(now);
      }
      if (chain.size() > 1) {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(chain.getLast(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(now);
        CertPathValidator.getInstance("PKIX")
            .validate(
                CertificateFactory.getInstance("X.509")
                    .generateCertPath(chain.subList(0, chain.size() - 1)),
                parameters);
      }
    } catch (GeneralSecurityException e) {
      LOG.warn("a signing certificate of SNS is refused: {}", e.getMessage());
      throw SnsEnvelope.refused(
          "The signing certificate is not in force, or its chain does not hold.");
    }
  }

  private List<X509Certificate> chain(URI address) throws InterruptedException {
    synchronized (known) {
      var chain = known.get(address);
      if (chain != null) {
        return chain;
      }
    }
    try {
      var pem = vendors.fetch().get(address);
      var chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw SnsEnvelope.refused("There is no certificate at the SigningCertURL.");
      }
      synchronized (known) {
        known.put(address, chain);
      }
      return chain;
    } catch (IOException e) {
      LOG.warn("a signing certificate of SNS cannot be had: {}", e.getMessage());
      throw new ProblemException(
          Problem.of(
                  ProblemType.UNVERIFIABLE,
                  "The signing certificate cannot be had now, so the message cannot be verified.")
              .retryAfter(5));
    } catch (GeneralSecurityException e) {
      throw SnsEnvelope.refused("There is no certificate at the SigningCertURL.");
    }
  }
}
