package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.api.access.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdempotencyScopeTest {
  private static String scope(Principal.Kind kind, List<String> identity, String source) {
    var principal = new Principal(kind, "shown", identity, Set.of());
    return new String(IdempotencyScope.of(principal, source).bytes(), UTF_8);
  }

  /** Changed, it would part every key of the last day from its repeats. */
  @Test
  void staysAsItIs() {
    assertThat(scope(Principal.Kind.ANYONE, List.of(), IdempotencyScope.PUSH))
        .isEqualTo("6:anyone4:push");
    assertThat(scope(Principal.Kind.API_KEY, List.of("loader"), IdempotencyScope.PUSH))
        .isEqualTo("3:key6:loader4:push");
    assertThat(scope(Principal.Kind.TOKEN, List.of("https://login", "ñ|:2"), IdempotencyScope.PUSH))
        .isEqualTo("7:subject13:https://login4:ñ|:24:push");
    assertThat(scope(Principal.Kind.CERTIFICATE, List.of("CN=a"), "cloudevents"))
        .isEqualTo("11:certificate4:CN=a11:cloudevents");
    assertThat(scope(Principal.Kind.SOURCE, List.of(), "sns")).isEqualTo("6:source3:sns");
  }

  @Test
  void isAnotherForEveryCallerWhateverTheyAreNamed() {
    var names =
        List.of(
            "",
            "a",
            "b",
            "a4:push",
            "a\0",
            "a\n",
            "1:a",
            "1:a1:b",
            "sha256:00",
            "\ud800",
            "\udc00",
            "?",
            "\ufffd",
            "x".repeat(300),
            "x".repeat(301),
            "é".repeat(120),
            "é".repeat(121));
    var scopes = new HashSet<String>();
    var count = 0;
    for (var kind : Principal.Kind.values()) {
      for (var source : List.of("push", "sns", "cloudevents")) {
        scopes.add(scope(kind, List.of(), source));
        count++;
        for (var first : names) {
          scopes.add(scope(kind, List.of(first), source));
          count++;
          for (var second : names) {
            scopes.add(scope(kind, List.of(first, second), source));
            count++;
          }
        }
      }
    }
    assertThat(scopes).hasSize(count);
    assertThat(scopes)
        .allSatisfy(
            scope ->
                assertThat(scope.getBytes(UTF_8))
                    .hasSizeLessThanOrEqualTo(IdempotencyScope.MAX_BYTES));
  }
}
