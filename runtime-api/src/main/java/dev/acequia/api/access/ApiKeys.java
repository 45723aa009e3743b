package dev.acequia.api.access;

import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of the mounted Secret, each by its id; the newest files count. */
final class ApiKeys implements SecretWatch.Reader {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);

  private final Clock clock;
  private volatile Map<String, ApiKeyEntry> entries = Map.of();

  ApiKeys(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void read(Map<String, byte[]> files) {
    var read = new HashMap<String, ApiKeyEntry>();
    files.forEach(
        (id, bytes) -> {
          try {
            if (!ApiKey.isId(id)) {
              throw new IllegalArgumentException("has a name that is not one of a key");
            }
            read.put(id, ApiKeyEntry.fromJson(new String(bytes, StandardCharsets.UTF_8)));
          } catch (IllegalArgumentException e) {
            LOG.warn("the Secret's entry '{}' counts for no key: it {}", id, e.getMessage());
          }
        });
    entries = Collections.unmodifiableMap(read);
    LOG.info("API keys in force: {}", read.size());
  }

  /** Who holds the key. */
  Identity identify(String text) {
    var key = ApiKey.parse(text);
    if (key.isEmpty()) {
      return new Identity.Unknown("what was given is no key");
    }
    var id = key.get().id();
    var entry = entries.get(id);
    if (entry == null) {
      return new Identity.Unknown("there is no key " + id);
    }
    if (!entry.isOf(key.get())) {
      return new Identity.Unknown("not the secret of key " + id);
    }
    if (entry.isExpired(clock.instant())) {
      return new Identity.Unknown("key " + id + " has expired");
    }
    return new Identity.Known(
        new Principal(Principal.Kind.API_KEY, id, List.of(id), entry.scopes()));
  }
}
