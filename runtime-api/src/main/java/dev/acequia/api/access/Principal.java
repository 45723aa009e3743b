package dev.acequia.api.access;

import dev.acequia.contract.access.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who sent a request, as far as it is known.
 *
 * @param name the key's id, the token's subject, the certificate's subject; empty for anyone. For
 *     people: it may be cut
 * @param identity what tells this caller from every other of its kind, whole and the same for each
 *     request: the key's id; the token's issuer and subject; the certificate's subject
 */
public record Principal(Kind kind, String name, List<String> identity, Set<Scope> scopes) {
  /** The caller of an API that asks nobody who they are. */
  static final Principal ANYONE =
      new Principal(Kind.ANYONE, "", List.of(), EnumSet.allOf(Scope.class));

  static final Principal SOURCE =
      new Principal(Kind.SOURCE, "", List.of(), EnumSet.of(Scope.INGEST));

  private static final String ATTRIBUTE = Principal.class.getName();

  /** How a caller was made out. */
  public enum Kind {
    ANYONE("anyone"),
    API_KEY("key"),
    TOKEN("subject"),
    /** A push whose envelope proves where it is from; whoever takes it in verifies it. */
    SOURCE("source"),
    CERTIFICATE("certificate");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Stands in logs and in the headers of records, so it stays as it is. */
    public String word() {
      return word;
    }
  }

  public Principal {
    identity = List.copyOf(identity);
    scopes = Set.copyOf(scopes);
  }

  /** The caller of a request that has passed the checks. */
  public static Principal of(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof Principal principal ? principal : ANYONE;
  }

  /** Who counts as one client: the caller, or the address of one who is not known. */
  public String client(HttpServletRequest request) {
    return name.isEmpty() ? ClientAddress.of(request.getRemoteAddr()) : toString();
  }

  void attachTo(HttpServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** For logs: {@code key loader}. */
  @Override
  public String toString() {
    return name.isEmpty() ? kind.word : kind.word + " " + name;
  }
}
