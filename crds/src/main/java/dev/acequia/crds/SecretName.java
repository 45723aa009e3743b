package dev.acequia.crds;

/**
 * The rule for fields that name a Secret. It is always one of the pipeline's own namespace: no
 * field of a spec chooses another.
 */
final class SecretName {
  static final String RULE = "self.matches('^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$')";
  static final String MESSAGE =
      "give the name of a Secret in the pipeline's namespace: lower-case letters, digits, '-' and"
          + " '.', without a namespace before it";

  private SecretName() {}
}
