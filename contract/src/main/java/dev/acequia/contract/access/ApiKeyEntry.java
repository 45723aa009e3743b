package dev.acequia.contract.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a Secret holds of one API key, under the key's id: one line of JSON, such as {@code
 * {"sha256":"9f86…","scopes":["ingest","query"],"expires":"2027-06-30T00:00:00Z"}}. The key itself
 * is nowhere.
 *
 * @param created when it was made; null when the entry does not say
 * @param expires from when on it counts no more; null for a key that stays until it is revoked
 */
public record ApiKeyEntry(
    byte[] hash, Set<Scope> scopes, @Nullable Instant created, @Nullable Instant expires) {
  private static final int HASH_BYTES = 32;

  /**
   * A member that is not understood might restrict the key, so an entry with one counts for none.
   */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  public ApiKeyEntry {
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException("has a sha256 that is not 64 hexadecimal digits");
    }
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("names no scope; give ingest, query or both");
    }
    hash = hash.clone();
    scopes = Set.copyOf(scopes);
  }

  public static ApiKeyEntry of(
      ApiKey key, Collection<Scope> scopes, Instant created, @Nullable Instant expires) {
    return new ApiKeyEntry(key.hash(), EnumSet.copyOf(scopes), created, expires);
  }

  @Override
  public byte[] hash() {
    return hash.clone();
  }

  /** Whether this is the key's entry; takes the same time wherever the two differ. */
  public boolean isOf(ApiKey key) {
    return MessageDigest.isEqual(hash, key.hash());
  }

  public boolean isExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }

  private record Document(
      @Nullable String sha256,
      @Nullable List<String> scopes,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String created,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String expires) {}

  public String toJson() {
    try {
      return JSON.writeValueAsString(
          new Document(
              HexFormat.of().formatHex(hash),
              scopes.stream().sorted().map(Scope::text).toList(),
              created == null ? null : created.toString(),
              expires == null ? null : expires.toString()));
    } catch (JacksonException e) {
      throw new IllegalStateException("an entry is always JSON", e);
    }
  }

  /**
   * Reads an entry.
   *
   * @throws IllegalArgumentException when it is not one; the message goes on after 'it', and
   *     repeats nothing
   */
  public static ApiKeyEntry fromJson(String json) {
    Document document;
    try {
      document = JSON.readValue(json, Document.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "is no JSON object with sha256, scopes and, if wanted, created and expires", e);
    }
    if (document == null || document.sha256() == null || document.scopes() == null) {
      throw new IllegalArgumentException("lacks sha256 or scopes");
    }
    var scopes = EnumSet.noneOf(Scope.class);
    document.scopes().forEach(scope -> scopes.add(scope(scope)));
    return new ApiKeyEntry(
        hex(document.sha256()),
        scopes,
        instant("created", document.created()),
        instant("expires", document.expires()));
  }

  private static Scope scope(String text) {
    try {
      return Scope.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("names a scope that is neither ingest nor query", e);
    }
  }

  private static byte[] hex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has a sha256 that is not 64 hexadecimal digits", e);
    }
  }

  private static @Nullable Instant instant(String member, @Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(member + " is no time such as 2027-06-30T00:00:00Z", e);
    }
  }

  @Override
  public String toString() {
    return "ApiKeyEntry" + scopes;
  }
}
