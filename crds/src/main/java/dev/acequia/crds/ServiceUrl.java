package dev.acequia.crds;

/**
 * The rule for the address of a service. User and password would stand in a ConfigMap, and Java's
 * URI has no host where a name contains '_'.
 */
final class ServiceUrl {
  static final String RULE = "self.matches('^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$')";
  static final String MESSAGE =
      "give a URL such as https://service.example.com:9000, without user, path and '_'";

  private ServiceUrl() {}
}
