package dev.acequia.local.node;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS without proof of the other side: an HTTPS probe asks whether a server answers, not which. */
final class TrustAll extends X509ExtendedTrustManager {
  private static final SSLSocketFactory SOCKETS = sockets();

  private TrustAll() {}

  static SSLSocketFactory socketFactory() {
    return SOCKETS;
  }

  static TrustManager[] managers() {
    return new TrustManager[] {new TrustAll()};
  }

  private static SSLSocketFactory sockets() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, managers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) {}

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
