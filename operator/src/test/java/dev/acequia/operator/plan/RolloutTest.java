package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.RolloutStatus;
import dev.acequia.crds.RolloutStatus.State;
import dev.acequia.operator.plan.Rollout.Member;
import dev.acequia.operator.plan.Rollout.Reason;
import dev.acequia.operator.plan.Rollout.Step;
import dev.acequia.operator.plan.Rollout.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RolloutTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final PlatformConfig.Rollout LIMITS = new PlatformConfig.Rollout(3, 2, "10m");
  private static final RolloutStatus OLD = RolloutStatus.atRest("v1", "r1", "g.e", null, null);
  private static final Change RELEASE =
      new Change("v2", "r2", "g.e", "c", null, null, true, true, true, false, false, false);

  private final List<Member> others = new ArrayList<>();

  @Test
  void takesAFreeSlotAndWaitsWithoutOne() {
    add(2, updating("r2"));
    assertThat(decide(RELEASE, OLD))
        .isEqualTo(
            new Step.Go(
                new RolloutStatus(
                    "v2", "r2", "g.e", null, null, State.UPDATING, "r2", NOON.toString(), true)));
    add(1, updating("r2"));
    assertThat(decide(RELEASE, OLD))
        .isEqualTo(
            new Step.Wait(
                new RolloutStatus(
                    "v1", "r1", "g.e", null, null, State.WAITING, "r2", NOON.toString(), true),
                new Reason.NoSlot(),
                Subject.RELEASE));
  }

  @Test
  void keepsItsSlotUntilItIsReadyInTheNewVersion() {
    add(2, updating("r2"));
    var mine = updating("r2");
    assertThat(decide(RELEASE, mine)).isEqualTo(new Step.Go(mine));
    assertThat(settle(mine, false, false, 599)).isEqualTo(mine);
    assertThat(settle(mine, true, false, 599))
        .isEqualTo(RolloutStatus.atRest("v2", "r2", "g.e", null, null));
  }

  @Test
  void failsWhenItNeedsAPersonOrIsNotReadyInTime() {
    assertThat(settle(updating("r2"), false, true, 1).state()).isEqualTo(State.FAILED);
    assertThat(settle(updating("r2"), false, false, 600).state()).isEqualTo(State.FAILED);
    var failed = settle(updating("r2"), false, true, 1);
    assertThat(decide(RELEASE, failed)).isEqualTo(new Step.Go(failed));
    assertThat(settle(failed, true, false, 900).state()).isNull();
  }

  @Test
  void stopsAfterFailuresOfTheSameChangeAndNamesThem() {
    others.add(new Member("ops/b", failed("r2", true)));
    assertThat(decide(RELEASE, OLD)).isInstanceOf(Step.Go.class);
    others.add(new Member("ops/a", failed("r2", true)));
    assertThat(reason(decide(RELEASE, OLD)))
        .isEqualTo(new Reason.Stopped(List.of("ops/a", "ops/b")));
    // What came with credentials is nothing that the release did.
    assertThat(
            decide(
                new Change(
                    "v2", "r1", "g.e", "c", null, null, true, true, true, false, false, false),
                OLD))
        .isInstanceOf(Step.Go.class);
  }

  @Test
  void aNewerReleaseForgetsTheFailuresOfTheOneBefore() {
    others.add(new Member("ops/a", failed("r2", true)));
    others.add(new Member("ops/b", failed("r2", true)));
    var fix = new Change("v3", "r3", "g.e", "c", null, null, true, true, true, false, false, false);
    assertThat(decide(fix, OLD)).isInstanceOf(Step.Go.class);
    // One that failed was ready once, and says whether the fix is one.
    assertThat(decide(fix, failed("r2", true), false).status())
        .returns(State.UPDATING, RolloutStatus::state)
        .returns(true, RolloutStatus::wasReady);
    add(3, updating("r3"));
    var waits = decide(fix, failed("r2", true), false).status();
    assertThat(waits).returns(State.WAITING, RolloutStatus::state);
    others.clear();
    assertThat(decide(fix, waits, false).status())
        .returns(State.UPDATING, RolloutStatus::state)
        .returns(true, RolloutStatus::wasReady);
  }

  @Test
  void whatBreaksWhileItWaitsGoesLast() {
    assertThat(decide(RELEASE, waiting(true), NOON.plusSeconds(1).toString()).status().wasReady())
        .isFalse();
    assertThat(decide(RELEASE, waiting(true), NOON.minusSeconds(1).toString()).status().wasReady())
        .isTrue();
  }

  @Test
  void whatWasNotReadyBeforeGoesLastAndDoesNotCount() {
    others.add(new Member("ops/a", waiting(true)));
    assertThat(reason(decide(RELEASE, OLD, false))).isEqualTo(new Reason.AfterOthers());
    assertThat(reason(decide(RELEASE, waiting(false), false))).isEqualTo(new Reason.AfterOthers());
    others.clear();
    // At first nobody knows who else waits.
    assertThat(reason(decide(RELEASE, OLD, false))).isEqualTo(new Reason.AfterOthers());
    var newer =
        new Change("v3", "r3", "g.e", "c", null, null, true, true, true, false, false, false);
    assertThat(reason(decide(newer, waiting(false), false))).isEqualTo(new Reason.AfterOthers());
    var late = decide(RELEASE, waiting(false), false);
    assertThat(late).isInstanceOf(Step.Go.class);
    var failed = settle(late.status(), false, true, 1);
    others.add(new Member("ops/a", failed));
    others.add(new Member("ops/b", failed));
    assertThat(decide(RELEASE, OLD)).isInstanceOf(Step.Go.class);
  }

  @Test
  void anEditOfItsOwnerAndANewPipelineWaitForNobody() {
    add(3, updating("r2"));
    add(2, failed("r2", true));
    var next = RolloutStatus.atRest("v2", "r2", "g2.e2", null, null).edited(NOON.toString());
    assertThat(
            decide(
                new Change(
                    "v2", "r2", "g2.e2", "c", null, null, true, true, true, false, false, false),
                OLD))
        .isEqualTo(new Step.Go(next));
    assertThat(
            decide(
                new Change(
                    "v2", "r2", "g2.e2", "c", null, null, true, true, true, false, false, false),
                waiting(true)))
        .isEqualTo(new Step.Go(next));
    assertThat(
            decide(
                new Change(
                    "v2", "r2", "g2.e2", "c", null, null, false, true, true, false, false, false),
                OLD))
        .isEqualTo(new Step.Go(next));
    assertThat(
            decide(
                new Change(
                    "v2", "r2", "g2.e2", "c", null, null, false, false, true, false, false, false),
                null))
        .isEqualTo(new Step.Go(next));
  }

  @Test
  void aPipelineOfAnOlderOperatorIsPacedUnlessItWasEditedMeanwhile() {
    add(3, updating("r2"));
    assertThat(reason(decide(RELEASE, null))).isEqualTo(new Reason.NoSlot());
    assertThat(
            decide(
                new Change(
                    "v2", "r2", "g.e", "c", null, null, true, false, true, false, false, false),
                null))
        .isInstanceOf(Step.Go.class);
  }

  @Test
  void anEditInTheMidstOfAnUpdateKeepsTheSlotAndTakesTheBlame() {
    var edited =
        decide(
            new Change("v3", "r2", "g2.e2", "c", null, null, true, true, true, false, false, false),
            updating("r2"));
    assertThat(edited.status())
        .returns(State.UPDATING, RolloutStatus::state)
        .returns(false, RolloutStatus::wasReady)
        .returns(NOON.toString(), RolloutStatus::since);
  }

  /** Its old Pods would serve the spec before, for as long as a stopped rollout is stopped. */
  @Test
  void anEditThatIsUnderWayTakesANewReleaseAlongForAWhile() {
    add(3, updating("r2"));
    add(2, failed("r2", true));
    var edited = OLD.edited(NOON.minusSeconds(599).toString());
    assertThat(decide(RELEASE, edited, false))
        .isEqualTo(
            new Step.Go(
                RolloutStatus.atRest("v2", "r2", "g.e", null, null).edited(edited.since())));
    assertThat(decide(RELEASE, OLD.edited(NOON.minusSeconds(600).toString()), false))
        .isInstanceOf(Step.Wait.class);
    assertThat(decide(RELEASE, OLD.edited(NOON.plusSeconds(60).toString()), false))
        .isInstanceOf(Step.Wait.class);
    assertThat(settle(edited, false, false, 0)).isEqualTo(edited);
    assertThat(settle(edited, true, false, 0)).isEqualTo(OLD);
    assertThat(settle(edited, false, true, 0)).isEqualTo(OLD);
  }

  @Test
  void aPipelineThatLacksASecretTakesNoSlotForIt() {
    var lacking =
        new Change("v3", "r1", "g.e", "none", null, null, true, true, false, false, false, false);
    assertThat(decide(lacking, OLD)).isEqualTo(new Step.Go(OLD));
    assertThat(decide(lacking, waiting(true))).isEqualTo(new Step.Go(OLD));
    // Nor does it with a newer release: what it runs would not be of it, and nobody else would get
    // the slot.
    var released =
        new Change("v3", "r2", "g.e", "none", null, null, true, true, false, false, false, false);
    for (var mine : List.of(OLD, waiting(true))) {
      assertThat(decide(released, mine))
          .isEqualTo(new Step.Wait(OLD, new Reason.Incomplete(), Subject.RELEASE));
    }
  }

  @Test
  void aClockThatIsSetBackHoldsASlotNoLongerThanAnyOther() {
    var back = NOON.minusSeconds(3600);
    var settled = Rollout.settle(updating("r2"), false, false, LIMITS, back);
    assertThat(settled).returns(back.toString(), RolloutStatus::since);
    assertThat(Rollout.settle(settled, false, false, LIMITS, back.plusSeconds(600)).state())
        .isEqualTo(State.FAILED);
  }

  /** It forgives itself: what was only slow becomes ready, and no longer counts. */
  @Test
  void aClockThatIsSetForwardStopsARolloutOnlyUntilItsPipelinesAreReady() {
    var failed = settle(updating("r2"), false, false, 86_400);
    assertThat(failed.state()).isEqualTo(State.FAILED);
    assertThat(settle(failed, true, false, 86_401))
        .isEqualTo(RolloutStatus.atRest("v2", "r2", "g.e", null, null));
  }

  @Test
  void aStatusThatSomebodyElseWroteHoldsNoSlotForGood() {
    for (var since : new String[] {"soon", "9999-12-31T23:59:59Z"}) {
      var forged =
          new RolloutStatus("v2", "r2", "g.e", null, null, State.UPDATING, "r2", since, true);
      assertThat(decide(RELEASE, forged)).isInstanceOf(Step.Go.class);
      var seen = settle(forged, false, false, 0);
      assertThat(settle(seen, false, false, 600).state()).isEqualTo(State.FAILED);
      assertThat(settle(seen, true, false, 0).state()).isNull();
    }
  }

  /** The operator may have lost the right to write statuses in its namespace. */
  @Test
  void aSlotPastItsDeadlineIsFreeWhoeverFailedToWriteSo() {
    add(2, updating("r2"));
    for (var since : List.of(at(-661), at(661), "9999-12-31T23:59:59Z", Instant.MAX.toString())) {
      others.add(new Member("ops/late", updating("r2").in(State.UPDATING, "r2", since, true)));
      assertThat(decide(RELEASE, OLD)).isInstanceOf(Step.Go.class);
      others.removeLast();
    }
    others.add(new Member("ops/late", updating("r2").in(State.UPDATING, "r2", at(-659), true)));
    assertThat(reason(decide(RELEASE, OLD))).isEqualTo(new Reason.NoSlot());
    others.add(new Member("ops/waits", waiting(true)));
    assertThat(Rollout.next(others, LIMITS, NOON)).isEmpty();
    assertThat(Rollout.next(others, LIMITS, NOON.plusSeconds(1))).containsExactly("ops/waits");
  }

  @Test
  void aPipelineThatCannotBeReconciledIsNotTheOneThatASlotIsKeptFor() {
    assertThat(Rollout.afterError(waiting(true), LIMITS, NOON)).isEqualTo(OLD);
    assertThat(Rollout.afterError(updating("r2"), LIMITS, NOON)).isEqualTo(updating("r2"));
    assertThat(Rollout.afterError(updating("r2"), LIMITS, NOON.plusSeconds(600)).state())
        .isEqualTo(State.FAILED);
  }

  @Test
  void goingBackToTheVersionThatAPipelineHasEndsItsWait() {
    add(3, updating("r2"));
    assertThat(
            decide(
                new Change(
                    "v1", "r1", "g.e", "c", null, null, true, true, true, false, false, false),
                waiting(true)))
        .isEqualTo(new Step.Go(OLD));
  }

  @Test
  void asManyAsThereAreFreeSlotsLookAgainThoseThatWereReadyFirst() {
    others.add(new Member("ops/a", waiting(false)));
    others.add(new Member("ops/c", waiting(true)));
    others.add(new Member("ops/b", waiting(true)));
    others.add(new Member("ops/d", updating("r2")));
    assertThat(Rollout.next(others, LIMITS, NOON)).containsExactly("ops/b", "ops/c");
    others.add(
        new Member(
            "ops/z", waiting(true).in(State.WAITING, "r2", NOON.minusSeconds(1).toString(), true)));
    assertThat(Rollout.next(others, LIMITS, NOON)).containsExactly("ops/z", "ops/b");
  }

  /** Secrets that are broken and mended again and again have some pipelines hold their slots. */
  @Test
  void noNamespaceHoldsMoreThanHalfOfTheSlotsWhileAnotherWaits() {
    var limits = new PlatformConfig.Rollout(4, 3, "10m");
    var release =
        new Change("v2", "r2", "g.e", "c", null, null, true, true, true, false, false, false);
    others.add(new Member("crowd/a", updating("s1")));
    others.add(new Member("crowd/b", updating("s2")));
    others.add(new Member("crowd/d", waiting(true)));
    assertThat(Rollout.decide("crowd/c", release, OLD, null, others, limits, NOON))
        .isInstanceOf(Step.Go.class);
    assertThat(Rollout.next(others, limits, NOON)).containsExactly("crowd/d");

    others.add(new Member("ops/flights", waiting(true)));
    assertThat(reason(Rollout.decide("crowd/c", release, OLD, null, others, limits, NOON)))
        .isEqualTo(new Reason.NoSlot());
    assertThat(Rollout.next(others, limits, NOON)).containsExactly("ops/flights");
    others.removeLast();
    assertThat(Rollout.decide("ops/flights", release, OLD, null, others, limits, NOON))
        .isInstanceOf(Step.Go.class);
  }

  @Test
  void aSecretThatIsChangedAgainAndAgainHoldsASlotNoLonger() {
    var early = NOON.minusSeconds(599).toString();
    var mine = updating("r2").in(State.UPDATING, "r2", early, true);
    var rotated =
        new Change("v3", "r2", "g.e", "another", null, null, true, true, true, false, false, false);
    assertThat(decide(rotated, mine).status())
        .returns(State.UPDATING, RolloutStatus::state)
        .returns(early, RolloutStatus::since);
    var released =
        new Change("v3", "r3", "g.e", "c", null, null, true, true, true, false, false, false);
    assertThat(decide(released, mine).status()).returns(NOON.toString(), RolloutStatus::since);
  }

  @Test
  void aFreeSlotGoesPastThoseThatAStoppedChangeHoldsBack() {
    others.add(new Member("ops/a", waiting(true)));
    others.add(new Member("ops/b", waiting(true)));
    others.add(new Member("ops/c", waiting(true)));
    others.add(new Member("ops/d", waiting(true)));
    add(2, failed("r2", true));
    assertThat(Rollout.next(others, LIMITS, NOON)).isEmpty();
    others.add(
        new Member(
            "ops/e",
            new RolloutStatus(
                "v1", "r1", "g.e", null, null, State.WAITING, "c", NOON.toString(), true)));
    assertThat(Rollout.next(others, LIMITS, NOON)).containsExactly("ops/e");
  }

  /** Kafka is asked and has not answered yet, so that nothing says which topic it is. */
  @Test
  void aPipelineOfAnOlderOperatorIsPacedThoughItsTopicIsKnownOnlyLater() {
    add(3, updating("r2"));
    var asked =
        new Change("v0", "r2", "g.e", "c", null, null, true, true, false, false, false, false);
    var first = decide(asked, null);
    assertThat(reason(first)).isEqualTo(new Reason.Incomplete());
    assertThat(reason(decide(RELEASE, first.status()))).isEqualTo(new Reason.NoSlot());
    var edited =
        new Change("v0", "r2", "g.e", "c", null, null, true, false, false, false, false, false);
    assertThat(decide(RELEASE, decide(edited, null).status())).isInstanceOf(Step.Go.class);
  }

  @Test
  void aFormerOperatorsFingerprintOfAnEditIsNone() {
    add(3, updating("r2"));
    var former = RolloutStatus.atRest("v1", "r1", "former", null, null);
    assertThat(reason(decide(RELEASE, former))).isEqualTo(new Reason.NoSlot());
  }

  @Test
  void aNumberOfPodsBringsNoRelease() {
    add(3, updating("r2"));
    for (var edit : List.of("g2.e", "g.e2")) { // scaled by its owner, written anew by an operator
      var scaled =
          new Change("v2", "r2", edit, "c", null, null, true, true, true, false, false, false);
      assertThat(reason(decide(scaled, OLD))).isEqualTo(new Reason.NoSlot());
    }
  }

  /** Each changes one part of the edit, and nobody has edited anything. */
  @Test
  void aNumberOfPodsBringsNoReleaseAfterAnotherOperatorEither() {
    add(3, updating("r2"));
    for (var first : List.of("g2.e", "g.e2")) {
      var waits = decide(edited(first), OLD);
      assertThat(waits.status().edit()).isEqualTo(first);
      assertThat(reason(decide(edited("g2.e2"), waits.status()))).isEqualTo(new Reason.NoSlot());
      assertThat(decide(edited("g3.e3"), waits.status())).isInstanceOf(Step.Go.class);
    }
    // What an operator before wrote tells nothing, but the newest status does.
    var former = decide(RELEASE, RolloutStatus.atRest("v1", "r1", "former", null, null));
    assertThat(former.status().edit()).isEqualTo("g.e");
  }

  @Test
  void neitherDoesItWhileCredentialsAreTakenOrASecretIsMissing() {
    add(2, failed("r2", true));
    var rotated =
        new Change("v2", "r2", "g.e2", "c2", null, null, true, true, true, false, false, true);
    var slot = decide(rotated, OLD);
    assertThat(slot).isInstanceOf(Step.Renew.class);
    assertThat(slot.status().edit()).isEqualTo("g.e2");
    var scaled =
        new Change("v2", "r2", "g2.e2", "c2", null, null, true, true, true, false, false, false);
    assertThat(decide(scaled, slot.status())).isInstanceOf(Step.Renew.class);
    assertThat(decide(scaled, slot.status()).status().edit()).isEqualTo("g2.e2");
    var failed = settle(slot.status(), false, false, 600);
    assertThat(decide(scaled, failed).status().edit()).isEqualTo("g2.e2");

    for (var release : List.of("r1", "r2")) {
      var lacking =
          new Change(
              "v3", release, "g.e2", "none", null, null, true, true, false, false, false, false);
      var kept = decide(lacking, OLD).status();
      assertThat(kept.edit()).isEqualTo("g.e2");
      assertThat(reason(decide(edited("g2.e2"), kept))).isInstanceOf(Reason.Stopped.class);
      // An edit is one, too, once there is a version to take it.
      var edited =
          new Change(
              "v3", release, "g2.e2", "none", null, null, true, true, false, false, false, false);
      assertThat(decide(edited, OLD).status().edit()).isEqualTo("g.e");
    }
  }

  @Test
  void newPartitionsOfATopicWaitForNobody() {
    add(3, updating("r2"));
    var grown =
        new Change("v2", "r2", "g.e", "c", null, null, true, true, true, true, false, false);
    assertThat(decide(grown, OLD)).isInstanceOf(Step.Go.class);
  }

  @Test
  void aReleaseThatIsStoppedHoldsBackNoCredentials() {
    add(2, failed("r2", true));
    var rotated =
        new Change("v2", "r2", "g.e", "c2", null, null, true, true, true, false, false, true);
    var slot = new RolloutStatus("v1", "r1", "g.e", null, null, State.UPDATING, "c2", at(0), true);
    for (var mine : List.of(OLD, waiting(true))) {
      assertThat(decide(rotated, mine)).isEqualTo(new Step.Renew(slot));
    }
    // It keeps the slot in that version, and waits again when it is Ready there.
    assertThat(decide(rotated, slot)).isEqualTo(new Step.Renew(slot));
    var migrated =
        new Change("v2", "r2", "g.e", "c2", null, null, true, true, true, false, false, false);
    assertThat(decide(migrated, slot)).isEqualTo(new Step.Renew(slot));
    assertThat(settle(slot, true, false, 1)).isEqualTo(OLD);
    assertThat(reason(decide(migrated, OLD))).isInstanceOf(Reason.Stopped.class);
    // Credentials are paced, too, and stopped by failures of their own.
    add(3, updating("r2"));
    var waits = decide(rotated, OLD);
    assertThat(reason(waits)).isEqualTo(new Reason.NoSlot());
    assertThat(waits.status().cause()).isEqualTo("c2");
    var failed = settle(slot, false, false, 600);
    assertThat(decide(migrated, failed)).isEqualTo(new Step.Renew(failed));
    add(2, failed);
    var stopped = decide(rotated, OLD);
    assertThat(((Reason.Stopped) reason(stopped)).failed()).hasSize(2);
    assertThat(subject(stopped)).isEqualTo(Subject.STORE_SECRET);
    assertThat(Rollout.stopped(others, LIMITS))
        .isEqualTo(Map.of("r2", Subject.RELEASE, "c2", Subject.STORE_SECRET));
    // A release that is not stopped takes them along.
    others.clear();
    assertThat(decide(rotated, OLD).status()).returns("r2", RolloutStatus::cause);
    assertThat(decide(rotated, failed)).isInstanceOf(Step.Go.class);
  }

  /** Its status has no rollout, or one that only says that it waits. */
  @Test
  void credentialsReachAPipelineOfAnOlderOperatorThatWaits() {
    add(2, failed("r2", true));
    var waiting = decide(RELEASE, null);
    assertThat(reason(waiting)).isInstanceOf(Reason.Stopped.class);
    var rotated =
        new Change("v2", "r2", "g.e", "c2", null, null, true, true, true, false, false, true);
    var slot = new RolloutStatus(null, null, "g.e", null, null, State.UPDATING, "c2", at(0), true);
    assertThat(decide(rotated, null)).isEqualTo(new Step.Renew(slot));
    assertThat(decide(rotated, waiting.status())).isEqualTo(new Step.Renew(slot));
    var migrated =
        new Change("v2", "r2", "g.e", "c2", null, null, true, true, true, false, false, false);
    assertThat(decide(migrated, slot)).isEqualTo(new Step.Renew(slot));
    var failed = settle(slot, false, false, 600);
    assertThat(decide(migrated, failed)).isEqualTo(new Step.Renew(failed));
    var renewed = settle(slot, true, false, 1);
    assertThat(renewed).isEqualTo(RolloutStatus.atRest(null, null, "g.e", null, null));
    assertThat(reason(decide(migrated, renewed))).isInstanceOf(Reason.Stopped.class);
  }

  @Test
  void aBadCertificateOfKafkasStopsItsRolloutWhateverTheStores() {
    var former = RolloutStatus.atRest("v1", "r1", "g.e", "k1", null);
    var mine =
        new Change("v2", "r1", "g.e", "c", "k2", null, true, true, true, false, false, false);
    var taken = decide(mine, former).status();
    assertThat(taken).returns("k2", RolloutStatus::cause).returns("k2", RolloutStatus::certificate);
    for (var store : List.of("c1", "c2")) {
      var theirs =
          new Change("v2", "r1", "g.e", store, "k2", null, true, true, true, false, false, false);
      others.add(
          new Member("ops/" + store, settle(decide(theirs, former).status(), false, true, 1)));
    }
    var stopped = decide(mine, former);
    assertThat(reason(stopped)).isEqualTo(new Reason.Stopped(List.of("ops/c1", "ops/c2")));
    assertThat(subject(stopped)).isEqualTo(Subject.KAFKA_CERTIFICATE);
    assertThat(Rollout.stopped(others, LIMITS)).isEqualTo(Map.of("k2", Subject.KAFKA_CERTIFICATE));
  }

  @Test
  void aTopicThatWasMadeAnewIsNoSecretsChange() {
    var mine = new Change("v2", "r1", "g.e", "c", null, null, true, true, true, false, true, false);
    for (var store : List.of("c1", "c2")) {
      var theirs =
          new Change(
              "v-" + store, "r1", "g.e", store, null, null, true, true, true, false, true, false);
      others.add(new Member("ops/" + store, settle(decide(theirs, OLD).status(), false, true, 1)));
    }
    var stopped = decide(mine, OLD);
    assertThat(reason(stopped)).isEqualTo(new Reason.Stopped(List.of("ops/c1", "ops/c2")));
    assertThat(subject(stopped)).isEqualTo(Subject.TOPIC);
    assertThat(Rollout.stopped(others, LIMITS).values()).containsExactly(Subject.TOPIC);
    // Nobody's store is held back by it.
    var rotated =
        new Change("v2", "r1", "g.e", "c2", null, null, true, true, true, false, false, false);
    assertThat(decide(rotated, OLD)).isInstanceOf(Step.Go.class);
  }

  /** Each user of Kafka has a password of its own, and a bad rotation fails in all of them. */
  @Test
  void aNewPasswordForKafkaIsNoSecretOfTheStores() {
    var former = RolloutStatus.atRest("v1", "r1", "g.e", "k1", "p1");
    var mine =
        new Change("v2", "r1", "g.e", "c", "k1", "p2", true, true, true, false, false, false);
    var taken = decide(mine, former).status();
    assertThat(Subject.of(taken)).isEqualTo(Subject.KAFKA_PASSWORD);
    assertThat(taken.kafkaPassword()).isEqualTo("p2");
    add(2, settle(taken, false, true, 1));
    var stopped = decide(mine, former);
    assertThat(subject(stopped)).isEqualTo(Subject.KAFKA_PASSWORD);
    assertThat(stopped.status().kafkaPassword()).isEqualTo("p1");
    // A new certificate goes first, and an operator that wrote no password down tells nothing.
    var both =
        new Change("v2", "r1", "g.e", "c", "k2", "p2", true, true, true, false, false, false);
    assertThat(decide(both, former).status().cause()).isEqualTo("k2");
    assertThat(decide(mine, RolloutStatus.atRest("v1", "r1", "g.e", "k1", null)).status().cause())
        .isEqualTo("c");
    // While a release is stopped, it is taken in the version that the pipeline has.
    add(2, failed("r2", true));
    others.removeIf(one -> "kafka-password".equals(one.status().cause()));
    var released =
        new Change("v2", "r2", "g.e", "c", "k1", "p2", true, true, true, false, false, true);
    var slot = decide(released, former);
    assertThat(slot).isInstanceOf(Step.Renew.class);
    assertThat(Subject.of(slot.status())).isEqualTo(Subject.KAFKA_PASSWORD);
    assertThat(decide(released, slot.status())).isEqualTo(slot);
  }

  /** Else the release would go on to others, or the credentials would stop for what it broke. */
  @Test
  void whatFailedWithAReleaseStaysItsFailureWhateverCredentialsCome() {
    var rotated =
        new Change("v3", "r2", "g.e", "c2", null, null, true, true, true, false, false, false);
    assertThat(decide(rotated, failed("r2", true), false))
        .isEqualTo(
            new Step.Go(
                new RolloutStatus("v3", "r2", "g.e", null, null, State.FAILED, "r2", at(0), true)));
    // One that was broken before takes a slot like any.
    assertThat(decide(rotated, failed("r2", false), false)).isInstanceOf(Step.Wait.class);
  }

  /** A later certificate may mend it, and is not what it failed with. */
  @Test
  void whatFailedWithACertificateIsSaidOfItUntilItIsReady() {
    var former = RolloutStatus.atRest("v1", "r1", "g.e", "k1", null);
    var bad = new Change("v2", "r1", "g.e", "c", "k2", null, true, true, true, false, false, false);
    var failed = settle(decide(bad, former).status(), false, true, 1);
    var better =
        new Change("v3", "r1", "g.e", "c", "k3", null, true, true, true, false, false, false);
    var taken = decide(better, failed, false).status();
    for (var status : List.of(taken, decide(better, taken, false).status())) {
      assertThat(status)
          .returns("v3", RolloutStatus::version)
          .returns(State.FAILED, RolloutStatus::state)
          .returns("k2", RolloutStatus::cause);
      assertThat(Subject.of(status)).isEqualTo(Subject.KAFKA_CERTIFICATE);
    }
    // Nor is it forgotten by an edit in the midst of an update.
    var edit =
        new Change("v3", "r1", "g2.e2", "c", "k3", null, true, true, true, false, false, false);
    assertThat(Subject.of(decide(edit, decide(bad, former).status()).status()))
        .isEqualTo(Subject.KAFKA_CERTIFICATE);
    var ready = settle(taken, true, false, 2);
    assertThat(decide(better, ready).status())
        .isEqualTo(RolloutStatus.atRest("v3", "r1", "g.e", "k3", null));
  }

  private static Change edited(String edit) {
    return new Change("v2", "r2", edit, "c", null, null, true, true, true, false, false, false);
  }

  private void add(int count, RolloutStatus status) {
    IntStream.range(0, count).forEach(i -> others.add(new Member("ops/" + others.size(), status)));
  }

  private Step decide(Change change, @Nullable RolloutStatus former) {
    return decide(change, former, true);
  }

  private Step decide(Change change, @Nullable RolloutStatus former, boolean isReady) {
    return decide(change, former, isReady ? null : NOON.minusSeconds(900).toString());
  }

  private Step decide(
      Change change, @Nullable RolloutStatus former, @Nullable String notReadySince) {
    return Rollout.decide("ops/flights", change, former, notReadySince, others, LIMITS, NOON);
  }

  private static RolloutStatus settle(
      RolloutStatus status, boolean isReady, boolean isStalled, long seconds) {
    return Rollout.settle(status, isReady, isStalled, LIMITS, NOON.plusSeconds(seconds));
  }

  private static String at(long seconds) {
    return NOON.plusSeconds(seconds).toString();
  }

  private static Reason reason(Step step) {
    return ((Step.Wait) step).reason();
  }

  private static Subject subject(Step step) {
    return ((Step.Wait) step).subject();
  }

  private static RolloutStatus updating(String cause) {
    return new RolloutStatus(
        "v2", "r2", "g.e", null, null, State.UPDATING, cause, NOON.toString(), true);
  }

  private static RolloutStatus waiting(boolean wasReady) {
    return new RolloutStatus(
        "v1", "r1", "g.e", null, null, State.WAITING, "r2", NOON.toString(), wasReady);
  }

  private static RolloutStatus failed(String cause, boolean wasReady) {
    return new RolloutStatus(
        "v2", "r2", "g.e", null, null, State.FAILED, cause, NOON.toString(), wasReady);
  }
}
