package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.operator.apply.TopicClaims.Details;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopicClaimsTest {
  private static final TopicOwner HERE = new TopicOwner("here", "ops", "flights");
  private static final TopicOwner THERE = new TopicOwner("there", "ops", "flights");

  private final TopicClaims claims = new TopicClaims();
  private long offset;

  private void claim(TopicOwner owner) {
    claims.apply(TopicClaims.claimKey("t", owner, "attempt-" + offset), "{}", offset++);
  }

  private void release(TopicOwner owner) {
    claims.claimKeys("t", owner).forEach(key -> claims.apply(key, null, offset++));
  }

  @Test
  void theFirstLiveClaimHolds() {
    claim(HERE);
    claim(THERE);
    assertThat(claims.holder("t")).contains(HERE);
    release(HERE);
    assertThat(claims.holder("t")).contains(THERE);
    claim(HERE);
    assertThat(claims.holder("t")).contains(THERE);
    release(THERE);
    release(HERE);
    assertThat(claims.holder("t")).isEmpty();
    assertThat(claims.topicsOf(HERE)).isEmpty();
  }

  /** Two processes of one installation at once, or a write that Kafka did after its timeout. */
  @Test
  void aSecondClaimOfTheHolderMovesTheFirstNowhere() {
    claim(HERE);
    claim(THERE);
    claim(HERE);
    assertThat(claims.holder("t")).contains(HERE);
    assertThat(claims.topicsOf(HERE)).containsExactly("t");
    release(HERE);
    assertThat(claims.isClaimed("t", HERE)).isFalse();
    assertThat(claims.holder("t")).contains(THERE);
  }

  @Test
  void whatMayChangeStandsBesideTheClaimAndMovesItNowhere() {
    claim(HERE);
    claim(THERE);
    claims.apply(
        TopicClaims.detailsKey("t", HERE, "uid"),
        TopicClaims.json(new Details("uid", "id", false)),
        offset++);
    assertThat(claims.holder("t")).contains(HERE);
    assertThat(claims.details("t", HERE, "uid")).contains(new Details("uid", "id", false));
  }

  @Test
  void eachResourceOfANameSpeaksForItself() {
    note("uid-1", new Details("uid-1", null, true));
    note("uid-2", new Details("uid-2", "id", false));
    assertThat(claims.details("t", HERE, "uid-1")).contains(new Details("uid-1", null, true));
    assertThat(claims.former("t", HERE, "uid-1")).contains(new Details("uid-2", "id", false));
    assertThat(claims.former("t", HERE, "uid-3")).contains(new Details("uid-2", "id", false));
    claims.apply(TopicClaims.detailsKey("t", HERE, "uid-2"), null, offset++);
    assertThat(claims.details("t", HERE, "uid-2")).isEmpty();
    assertThat(claims.former("t", HERE, "uid-3")).contains(new Details("uid-1", null, true));
  }

  @Test
  void readsTheOneKeyThatFormerBuildsWroteForAllResourcesOfAName() {
    var former = TopicClaims.detailsKey("t", HERE, "uid").replaceAll("/uid$", "");
    var details = new Details("uid", "id", false);
    claims.apply(former, TopicClaims.json(details), offset++);
    assertThat(claims.details("t", HERE, "uid")).contains(details);
    assertThat(claims.keys("t", HERE)).containsExactly(former);
    claims.apply(former, null, offset++);
    assertThat(claims.details("t", HERE, "uid")).isEmpty();
  }

  /** A process that no longer leads does not take a successor for a predecessor. */
  @Test
  void knowsWhatOnlyOlderResourcesOfTheNameClaim() {
    claim("theirs", "uid-1");
    claim("t", "uid-1");
    assertThat(claims.topicsOfOlder(HERE, "uid-2")).isEmpty();
    claim("t", "uid-2");
    assertThat(claims.topicsOfOlder(HERE, "uid-2")).containsExactly("theirs");
    assertThat(claims.topicsOfOlder(HERE, "uid-1")).isEmpty();
    claim("other", "uid-2");
    assertThat(claims.topicsOfOlder(HERE, "uid-1")).isEmpty();
  }

  private void claim(String topic, String uid) {
    claims.apply(
        TopicClaims.claimKey(topic, HERE, "attempt-" + offset),
        TopicClaims.json(Map.of("uid", uid)),
        offset++);
  }

  private void note(String uid, Details details) {
    claims.apply(TopicClaims.detailsKey("t", HERE, uid), TopicClaims.json(details), offset++);
  }

  @Test
  void aDamagedOrUnknownRecordHidesNoOther() {
    claim(HERE);
    claims.apply(TopicClaims.detailsKey("t", HERE, "uid"), "no JSON", offset++);
    claims.apply(TopicClaims.detailsKey("t", HERE, "uid"), "null", offset++);
    claims.apply(TopicClaims.detailsKey("t", HERE, "uid"), "{}", offset++);
    claims.apply(TopicClaims.keptKey("t"), "{}", offset++);
    claims.apply(TopicClaims.claimKey("t", THERE, "attempt"), "null", offset++);
    claims.apply("of-a-later-version/t", "{}", offset++);
    claims.apply(null, "{}", offset++);
    assertThat(claims.holder("t")).contains(HERE);
  }

  /** Kafka leaves the newest record of each key, at its offset. */
  @Test
  void compactionChangesNoAnswer() {
    for (var seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      var whole = new TopicClaims();
      Map<String, Long> newest = new LinkedHashMap<>();
      Map<String, Boolean> lives = new LinkedHashMap<>();
      for (var at = 0L; at < 20; at++) {
        var key =
            TopicClaims.claimKey(
                "t",
                new TopicOwner("i" + random.nextInt(3), "ops", "flights"),
                "attempt-" + random.nextInt(2));
        var live = random.nextBoolean();
        whole.apply(key, live ? "{}" : null, at);
        newest.put(key, at);
        lives.put(key, live);
      }
      var compacted = new TopicClaims();
      newest.entrySet().stream()
          .sorted(Map.Entry.comparingByValue())
          .forEach(
              entry ->
                  compacted.apply(
                      entry.getKey(),
                      Boolean.TRUE.equals(lives.get(entry.getKey())) ? "{}" : null,
                      entry.getValue()));
      assertThat(compacted.holder("t")).as("seed " + seed).isEqualTo(whole.holder("t"));
    }
  }
}
