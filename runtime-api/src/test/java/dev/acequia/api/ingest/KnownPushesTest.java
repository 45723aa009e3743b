package dev.acequia.api.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.access.Principal;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownPushesTest {
  private static final IngestResult DONE = new IngestResult.Done(1, new RecordErrors());

  private long now = Long.MAX_VALUE - 1; // a clock of no meaning, which may overflow
  private final KnownPushes pushes = new KnownPushes(100_000, () -> now);

  private static IdempotencyKey key(String caller, String text) {
    var principal = new Principal(Principal.Kind.API_KEY, caller, List.of(caller), Set.of());
    return new IdempotencyKey(IdempotencyScope.of(principal, IdempotencyScope.PUSH), text);
  }

  private IngestResult push(String caller, String key, String body, IngestResult result)
      throws IOException, InterruptedException {
    var bytes = (body + "what was left in the buffer").getBytes(UTF_8);
    return pushes.ingest(key(caller, key), bytes, body.length(), () -> result);
  }

  private void assertTaken(String caller, String key, String body)
      throws IOException, InterruptedException {
    assertThat(push(caller, key, body, DONE)).isSameAs(DONE);
  }

  private void assertRefused(String caller, String key, String body) {
    assertThatThrownBy(() -> push(caller, key, body, DONE))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().type()).isEqualTo(ProblemType.IDEMPOTENCY_KEY_REUSED));
  }

  @Test
  void takesTheSameBodyAgainAndRefusesAnother() throws Exception {
    assertTaken("a", "1", "body");
    assertTaken("a", "1", "body");
    assertRefused("a", "1", "other");
    assertTaken("a", "2", "other");
    assertTaken("b", "1", "other");
    assertRefused("b", "1", "body");
  }

  @Test
  void knowsWhatMayBeStoredAndForgetsWhatIsNot() throws Exception {
    push("a", "1", "bad", new IngestResult.Rejected(new RecordErrors()));
    assertTaken("a", "1", "mended");
    push("a", "2", "body", new IngestResult.Failed(0, 1, false, new IOException()));
    assertTaken("a", "2", "other");
    push("a", "3", "body", new IngestResult.Failed(0, 1, true, new IOException()));
    assertRefused("a", "3", "other");
    push("a", "4", "body", new IngestResult.Broken(1, new RecordErrors(), new IOException()));
    assertRefused("a", "4", "other");
  }

  @Test
  void knowsABodyThatBrokeOffOnItsWayToKafka() throws Exception {
    var body = "body".getBytes(UTF_8);
    assertThatThrownBy(
            () ->
                pushes.ingest(
                    key("a", "1"),
                    body,
                    body.length,
                    () -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
    assertRefused("a", "1", "other");
  }

  @Test
  void knowsABodyThatIsUnderWay() throws Exception {
    var body = "body".getBytes(UTF_8);
    var rejected = new IngestResult.Rejected(new RecordErrors());
    pushes.ingest(
        key("a", "1"),
        body,
        body.length,
        () -> {
          assertRefused("a", "1", "other");
          assertTakenQuietly();
          return rejected;
        });
    // One of the two may be stored.
    assertRefused("a", "1", "other");
  }

  private void assertTakenQuietly() throws IOException, InterruptedException {
    assertTaken("a", "1", "body");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 23})
  void knowsForADay(long hours) throws Exception {
    assertTaken("a", "1", "body");
    now += Duration.ofHours(hours).toNanos();
    assertRefused("a", "1", "other");
    now += Duration.ofHours(24 - hours).toNanos();
    assertTaken("a", "1", "other");
  }

  @Test
  void forgetsTheOldestWhereThereIsNoRoom() throws Exception {
    for (var i = 0; i < 1000; i++) {
      assertTaken("a", "key-" + i, "body");
    }
    assertTaken("a", "key-0", "other");
    assertRefused("a", "key-999", "other");
    assertRefused("a", "key-700", "other");
  }
}
