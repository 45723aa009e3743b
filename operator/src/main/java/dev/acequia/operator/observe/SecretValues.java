package dev.acequia.operator.observe;

import dev.acequia.contract.Fingerprint;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.StoreUri;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** The values of a Secret that holds an address, a name and a password; empty where one has not. */
record SecretValues(String uri, String username, String password) {
  /** Where nobody logs on. */
  static final SecretValues NONE = new SecretValues("", "", "");

  /**
   * Empty when one of the keys is missing.
   *
   * @param keys of uri, username and password
   */
  static Optional<SecretValues> of(Secret secret, Set<String> keys) {
    return keys.stream().anyMatch(key -> value(secret, key).isEmpty())
        ? Optional.empty()
        : Optional.of(
            new SecretValues(
                value(secret, "uri").orElse(""),
                value(secret, "username").orElse(""),
                value(secret, "password").orElse("")));
  }

  static Optional<String> value(Secret secret, String key) {
    return Optional.ofNullable(secret.getData())
        .map(values -> values.get(key))
        .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
        .filter(text -> !text.isEmpty());
  }

  Facts.StoreSecret store() {
    return new Facts.StoreSecret(StoreUri.withoutCredentials(uri), hash());
  }

  Facts.Login login() {
    return new Facts.Login(username, password, hash());
  }

  private String hash() {
    return Fingerprint.of(uri, username, password);
  }

  @Override
  public String toString() {
    return "SecretValues[" + username + "]";
  }
}
