package dev.acequia.contract;

/**
 * A person's word that a change of schema may write a large table anew. It stands in the annotation
 * {@value #ANNOTATION}, whose value is the hash of the schema it is about; so it cannot be left
 * behind for a later change.
 */
public final class AllowedRewrite {
  public static final String ANNOTATION = "acequia.dev/allow-rewrite";

  /** The size of a table, with its indexes, up to which nobody is asked; 1 GiB. */
  public static final long DEFAULT_LIMIT_BYTES = 1L << 30;

  private AllowedRewrite() {}
}
