package dev.acequia.contract.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
  private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

  @Test
  void isReadBackAsItWasMade() {
    for (var i = 0; i < 1000; i++) { // the secret may hold '_' and '-' anywhere
      var key = ApiKey.generate("loader-" + i, new SecureRandom());
      assertThat(ApiKey.parse(key.text())).contains(key);
    }
  }

  @Test
  void showsItsIdButNotItself() {
    var key = ApiKey.generate("loader", new SecureRandom());
    assertThat(key.toString()).isEqualTo("ApiKey[loader]");
    assertThat(key.text()).startsWith("acq_loader_").hasSize("acq_loader_".length() + 43);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "acq_",
        "acq_loader",
        "acq_loader_short",
        "acq__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "acq_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "acq_Loader_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "acq_-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "acq_a/../b_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "acq_loader_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
        "bcq_loader_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void whatIsNoKeyIsNotRead(String text) {
    assertThat(ApiKey.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", "a-", "A", "a_b", "a.b", "an-id-of-forty-one-characters-is-one-too-x"})
  void refusesIdsThatNoSecretsEntryCouldHave(String id) {
    assertThatThrownBy(() -> ApiKey.generate(id, new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 40 characters");
  }

  @Test
  void entryKnowsItsOwnKeyOnly() {
    var key = ApiKey.generate("loader", new SecureRandom());
    var other = ApiKey.generate("loader", new SecureRandom());
    var entry = ApiKeyEntry.of(key, List.of(Scope.INGEST), NOW, null);
    assertThat(entry.isOf(key)).isTrue();
    assertThat(entry.isOf(other)).isFalse();
    assertThat(entry.toJson()).doesNotContain(key.text().substring(12));
  }

  @Test
  void entryIsReadBackAsItWasWritten() {
    var key = ApiKey.generate("loader", new SecureRandom());
    var entry = ApiKeyEntry.of(key, List.of(Scope.QUERY, Scope.INGEST), NOW, NOW.plusSeconds(60));
    assertThat(entry.toJson())
        .matches(
            "\\{\"sha256\":\"[0-9a-f]{64}\",\"scopes\":\\[\"ingest\",\"query\"],"
                + "\"created\":\"2026-11-01T10:00:00Z\",\"expires\":\"2026-11-01T10:01:00Z\"}");
    var read = ApiKeyEntry.fromJson(entry.toJson());
    assertThat(read.isOf(key)).isTrue();
    assertThat(read.scopes()).containsExactlyInAnyOrder(Scope.INGEST, Scope.QUERY);
    assertThat(read.isExpired(NOW.plusSeconds(59))).isFalse();
    assertThat(read.isExpired(NOW.plusSeconds(60))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "",
        "[]",
        "{}",
        "{\"sha256\":\"00\",\"scopes\":[\"query\"]}",
        "{\"sha256\":\"%s\",\"scopes\":[]}",
        "{\"sha256\":\"%s\",\"scopes\":[\"admin\"]}",
        "{\"sha256\":\"%s\",\"scopes\":[\"query\"],\"expires\":\"soon\"}",
        "{\"sha256\":\"%s\",\"scopes\":[\"query\"],\"onlyFrom\":\"10.0.0.1\"}"
      })
  void entryThatIsNotUnderstoodCountsForNone(String json) {
    var text = json.replace("%s", "0".repeat(64));
    assertThatThrownBy(() -> ApiKeyEntry.fromJson(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void settingsAreReadBackAsTheyWereWritten() {
    var settings =
        new ApiAccess(
            new ApiAccess.Oidc(
                "https://login.example.com", "flights", "scope", List.of("w"), List.of("r")),
            new ApiAccess.RateLimit(10, 20),
            List.of("https://app.example.com"));
    assertThat(ApiAccess.fromJson(settings.toJson())).isEqualTo(settings);
    assertThat(ApiAccess.NONE.toJson()).isEqualTo("{}");
    assertThat(ApiAccess.fromJson("{}")).isEqualTo(ApiAccess.NONE);
    assertThatThrownBy(() -> ApiAccess.fromJson("{\"denied\":[]}"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
