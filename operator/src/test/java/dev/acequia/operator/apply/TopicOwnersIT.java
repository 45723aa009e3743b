package dev.acequia.operator.apply;

import static dev.acequia.operator.apply.TestTopics.noChildren;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.apply.TopicClaims.Details;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody's topic but the pipeline's own is changed or deleted, whoever else is on the Kafka. */
class TopicOwnersIT {
  private static final AtomicInteger PIPELINES = new AtomicInteger();
  private static final Map<String, String> FOREIGN =
      Map.of("cleanup.policy", "compact", "retention.ms", "-1");

  @TempDir static Path folder;
  private static KafkaServer kafka;
  private static Admin admin;

  private final List<KafkaTopics> opened = new ArrayList<>();
  private final PipelineNames names =
      new PipelineNames("ops", "flights-" + PIPELINES.incrementAndGet());
  private final KafkaTopics here = installation("here");

  @BeforeAll
  static void start() {
    kafka =
        KafkaServer.start(
            Home.at(folder),
            Ports.keptIn(folder),
            new KafkaSettings(
                KafkaSettings.small().jvmOptions(),
                Map.of("auto.create.topics.enable", "true"))); // as brokers have it unless told
    admin = Admin.create(KafkaTopics.settings(KafkaAddress.open(kafka.bootstrapServers())));
  }

  @AfterEach
  void close() {
    opened.forEach(KafkaTopics::close);
  }

  @AfterAll
  static void stop() {
    admin.close();
    kafka.close();
  }

  @Test
  void leavesATopicThatWasThereBeforeAsItIs() throws Exception {
    create(names.topic(), 3, FOREIGN);

    var refused = refused(ensure(here));
    assertThat(refused.reason()).isEqualTo("NameTaken");
    assertThat(refused.message())
        .contains(names.topic(), "was there before", "another name", "adopt: true");
    assertThat(settings(names.topic())).isEqualTo(FOREIGN);
    assertThat(exists(names.deadLetterTopic())).isFalse();

    assertThat(here.delete(claimant()).left()).containsExactly(names.topic());
    assertThat(settings(names.topic())).isEqualTo(FOREIGN);
  }

  @Test
  void makesNothingWhereTheDeadLettersTopicIsNobodys() throws Exception {
    create(names.deadLetterTopic(), 1, FOREIGN);
    assertThat(refused(ensure(here)).message()).contains(names.deadLetterTopic(), "dead letters");
    assertThat(exists(names.topic())).isFalse();
    assertThat(settings(names.deadLetterTopic())).isEqualTo(FOREIGN);
    here.delete(claimant());
    assertThat(exists(names.deadLetterTopic())).isTrue();
  }

  @Test
  void aSecondInstallationIsRefusedAndTakesWhatTheFirstLetsGo() throws Exception {
    var there = installation("there");
    var id = topic(ensure(here)).id();

    var refused = refused(there.ensure(claimant("their-uid"), plan(names, 9, "30d"), noChildren()));
    assertThat(refused.reason()).isEqualTo("NameTaken");
    assertThat(refused.message())
        .contains(
            "DataPipeline ops/%s of installation here".formatted(names.pipeline()),
            "DataPipeline ops/%s of installation there".formatted(names.pipeline()));
    there.delete(claimant("their-uid"));
    assertThat(id(names.topic())).isEqualTo(id);
    assertThat(ensure(here).changes()).isEmpty();

    here.delete(claimant());
    awaitGone();
    assertThat(topic(ensure(there)).id()).isNotEqualTo(id);
    assertThat(refused(ensure(here)).message()).contains("of installation there");
  }

  @Test
  void ofManyInstallationsAtOnceOneHoldsTheTopics() throws Exception {
    var all = IntStream.range(0, 8).mapToObj(i -> installation("rival-" + i)).toList();
    for (var round = 0; round < 5; round++) {
      var holders = new ArrayList<KafkaTopics>();
      try (var threads = Executors.newFixedThreadPool(all.size())) {
        var calls = new ArrayList<Callable<TopicProvider.Result>>();
        all.forEach(one -> calls.add(() -> ensure(one)));
        var results = threads.invokeAll(calls);
        for (var i = 0; i < all.size(); i++) {
          if (!(results.get(i).get().state() instanceof TopicState.Refused)) {
            holders.add(all.get(i));
          }
        }
      }
      assertThat(holders).hasSize(1);
      assertThat(ensure(holders.getFirst()).state()).isInstanceOf(TopicState.Present.class);
      all.forEach(one -> one.delete(claimant()));
      awaitGone();
    }
  }

  @Test
  void takesAnAdoptedTopicAsItIsAndSharesItWithNobody() throws Exception {
    var theirs = "theirs-" + names.pipeline();
    create(theirs, 3, FOREIGN);
    var adopting = adopting(names, theirs);

    var found = topic(here.ensure(adopting, adoptingPlan(names, theirs), noChildren()));
    assertThat(found.partitions()).isEqualTo(3);
    assertThat(settings(theirs)).isEqualTo(FOREIGN);
    assertThat(exists(names.topic())).isFalse();
    assertThat(exists(names.deadLetterTopic())).isTrue();
    assertThat(here.ensure(adopting, adoptingPlan(names, theirs), noChildren()).changes())
        .isEmpty();

    var other = new PipelineNames("ops", names.pipeline() + "-other");
    var rival = adopting(other, theirs);
    assertThat(refused(here.ensure(rival, adoptingPlan(other, theirs), noChildren())).message())
        .contains("belongs to DataPipeline ops/" + names.pipeline());

    assertThat(here.delete(adopting).left()).isEmpty();
    assertThat(settings(theirs)).isEqualTo(FOREIGN);
    awaitGone();
    assertThat(topic(here.ensure(rival, adoptingPlan(other, theirs), noChildren())).id())
        .isEqualTo(found.id());
    here.delete(rival);
  }

  @Test
  void waitsForATopicThatIsToBeAdopted() throws Exception {
    var theirs = "later-" + names.pipeline();
    var adopting = adopting(names, theirs);
    var refused = refused(here.ensure(adopting, adoptingPlan(names, theirs), noChildren()));
    assertThat(refused.reason()).isEqualTo("TopicMissing");
    assertThat(refused.message()).contains(theirs, "create it");
    assertThat(exists(theirs)).isFalse();
    create(theirs, 2, FOREIGN);
    assertThat(topic(here.ensure(adopting, adoptingPlan(names, theirs), noChildren())).partitions())
        .isEqualTo(2);
  }

  @Test
  void adoptsNoTopicOfAnotherPipeline() {
    ensure(here);
    var other = new PipelineNames("ops", names.pipeline() + "-other");
    assertThat(
            refused(
                    here.ensure(
                        adopting(other, names.topic()),
                        adoptingPlan(other, names.topic()),
                        noChildren()))
                .message())
        .contains("belongs to DataPipeline ops/" + names.pipeline());
  }

  @Test
  void aResourceThatIsMadeAgainTakesTheTopicsThatWereKept() throws Exception {
    var id = topic(ensure(here)).id();
    here.retire(claimant());
    var there = installation("there");
    assertThat(refused(ensure(there)).message())
        .contains(
            "was retained when DataPipeline ops/%s of installation here was deleted"
                .formatted(names.pipeline()));
    var again = here.ensure(claimant("another-uid"), plan(names, 2, "30d"), noChildren());
    assertThat(topic(again).id()).isEqualTo(id);
    assertThat(again.changes())
        .anyMatch(change -> change.contains("retention.ms"))
        .anyMatch(change -> change.endsWith("from the former DataPipeline of this name, uid uid"));
    assertThat(refused(ensure(there)).message()).contains("belongs to");
  }

  @Test
  void aPersonHandsAKeptTopicToAnotherInstallation() throws Exception {
    var id = topic(ensure(here)).id();
    here.retire(claimant());
    admin.deleteTopics(List.of(names.deadLetterTopic())).all().get(10, TimeUnit.SECONDS);
    await().until(() -> !exists(names.deadLetterTopic()));
    var there = installation("there");
    var accepting = new TopicClaimant(names, "their-uid", null, Set.of(), id);
    assertThat(topic(there.ensure(accepting, plan(names, 2, "7d"), noChildren())).id())
        .isEqualTo(id);
    assertThat(refused(ensure(here)).message()).contains("of installation there");
  }

  /** A former version wrote no claims; its definitions name the topic's id. */
  @Test
  void takesOverWhatAFormerVersionMade() throws Exception {
    var plan = plan(names, 2, "7d");
    create(names.topic(), 2, plan.records().settings());
    create(names.deadLetterTopic(), 1, plan.deadLetters().settings());
    assertThat(refused(ensure(here)).reason()).isEqualTo("NameTaken");

    var upgraded = new TopicClaimant(names, "uid", null, Set.of(id(names.topic())), null);
    var taken = here.ensure(upgraded, plan, noChildren());
    assertThat(topic(taken).id()).isEqualTo(id(names.topic()));
    assertThat(taken.changes()).isEmpty();
    // Who shared it unknowingly is refused, whatever its definitions say.
    assertThat(refused(installation("there").ensure(upgraded, plan, noChildren())).message())
        .contains("of installation here");
    here.delete(upgraded);
    awaitGone();
  }

  /** What a person has set since, on the topic or on that of its dead letters, is no obstacle. */
  @Test
  void takesOverTopicsOfAFormerVersionThatAPersonHasTuned() throws Exception {
    var tuned = Map.of("cleanup.policy", "delete", "retention.ms", "1", "segment.ms", "60000");
    create(names.topic(), 2, Map.of("segment.ms", "60000"));
    create(names.deadLetterTopic(), 1, tuned);
    var upgraded = new TopicClaimant(names, "uid", null, Set.of(id(names.topic())), null);
    assertThat(topic(here.ensure(upgraded, plan(names, 2, "7d"), noChildren())).id())
        .isEqualTo(id(names.topic()));
    assertThat(settings(names.topic())).containsEntry("segment.ms", "60000");
  }

  /** A definition of another resource, or of another topic of the name, proves nothing. */
  @Test
  void takesNoTopicThatItsDefinitionsDoNotName() throws Exception {
    create(names.topic(), 2, plan(names, 2, "7d").records().settings());
    var another = new TopicClaimant(names, "uid", null, Set.of("AAAAAAAAAAAAAAAAAAAAAQ"), null);
    assertThat(refused(here.ensure(another, plan(names, 2, "30d"), noChildren())).reason())
        .isEqualTo("NameTaken");
    assertThat(settings(names.topic())).isEqualTo(plan(names, 2, "7d").records().settings());
  }

  @Test
  void twoProcessesOfOneInstallationHoldTheTopicsTogether() throws Exception {
    var processes = IntStream.range(0, 4).mapToObj(_ -> installation("here")).toList();
    try (var threads = Executors.newFixedThreadPool(processes.size())) {
      var calls = new ArrayList<Callable<TopicProvider.Result>>();
      processes.forEach(one -> calls.add(() -> ensure(one)));
      for (var result : threads.invokeAll(calls)) {
        assertThat(result.get().state()).isNotInstanceOf(TopicState.Refused.class);
      }
    }
    for (var process : processes) {
      assertThat(topic(ensure(process)).id()).isEqualTo(id(names.topic()));
    }
    assertThat(refused(ensure(installation("there"))).message()).contains("of installation here");
    processes.getFirst().delete(claimant());
    awaitGone();
    assertThat(topic(ensure(installation("there")))).isNotNull();
  }

  /** The claims are lost, and each pipeline that has a definition writes its own again. */
  @Test
  void claimsItsTopicsAgainWhenTheOwnersTopicWasDeleted() throws Exception {
    var process = installation("here", Duration.ZERO);
    var id = topic(ensure(process)).id();
    ensure(process); // and reads what it wrote
    var before = settings(names.topic());
    deleteOwners();
    // Nothing is altered while nobody can say whose it is, and the pipeline goes on.
    assertThat(missing(process.ensure(claimant(), plan(names, 2, "30d"), noChildren())))
        .contains("did not tell who holds topic " + names.topic());
    assertThat(settings(names.topic())).isEqualTo(before);

    var running = new TopicClaimant(names, "uid", null, Set.of(id), null);
    await()
        .untilAsserted(
            () ->
                assertThat(topic(process.ensure(running, plan(names, 2, "30d"), noChildren())).id())
                    .isEqualTo(id));
    await()
        .untilAsserted(
            () ->
                assertThat(settings(names.topic()))
                    .containsEntry("retention.ms", Long.toString(Duration.ofDays(30).toMillis())));
    assertThat(refused(ensure(installation("there"))).message()).contains("of installation here");
  }

  @Test
  void altersAndDeletesNothingThatNoDefinitionNamesWhenTheOwnersTopicWasDeleted() throws Exception {
    ensure(here);
    var before = settings(names.topic());
    deleteOwners();
    var process = installation("here");
    assertThat(refused(process.ensure(claimant(), plan(names, 2, "30d"), noChildren())).reason())
        .isEqualTo("NameTaken");
    assertThat(process.delete(claimant()).left())
        .containsExactly(names.topic(), names.deadLetterTopic());
    assertThat(settings(names.topic())).isEqualTo(before);
  }

  @Test
  void noticesThatAnotherInstallationTookAnAdoptedTopicWhenTheClaimsWereLost() throws Exception {
    var theirs = "lost-" + names.pipeline();
    create(theirs, 1, FOREIGN);
    var adopting = adopting(names, theirs);
    var process = installation("here", Duration.ZERO);
    process.ensure(adopting, adoptingPlan(names, theirs), noChildren());
    deleteOwners();
    var other = new PipelineNames("ops", names.pipeline() + "-other");
    topic(
        installation("there")
            .ensure(adopting(other, theirs), adoptingPlan(other, theirs), noChildren()));
    await()
        .untilAsserted(
            () ->
                assertThat(
                        refused(process.ensure(adopting, adoptingPlan(names, theirs), noChildren()))
                            .message())
                    .contains("of installation there"));
  }

  @Test
  void altersNothingWhileTheOwnersTopicMayLoseClaims() throws Exception {
    ensure(here);
    var before = settings(names.topic());
    setPolicy("delete");
    try {
      var process = installation("here");
      assertThat(missing(process.ensure(claimant(), plan(names, 2, "30d"), noChildren())))
          .contains("_acequia.owners", "set it to compact");
      assertThatThrownBy(() -> process.delete(claimant())).hasMessageContaining("compact");
      assertThat(settings(names.topic())).isEqualTo(before);
    } finally {
      setPolicy("compact");
    }
  }

  @Test
  void deletesNoTopicThatAnotherHandMadeUnderItsName() throws Exception {
    ensure(here);
    admin.deleteTopics(List.of(names.topic())).all().get(10, TimeUnit.SECONDS);
    await().until(() -> !exists(names.topic()));
    create(names.topic(), 3, FOREIGN);
    assertThat(here.delete(claimant()).left()).containsExactly(names.topic());
    assertThat(settings(names.topic())).isEqualTo(FOREIGN);
  }

  /** A new process reads this much before it does anything. */
  @Test
  void theClaimsOfAThousandPipelinesAreFewBytesAndSoonRead() throws Exception {
    var pipelines = 1_000;
    try (var owners = owners("here")) {
      for (var i = 0; i < pipelines; i++) {
        var many = new PipelineNames("many", names.pipeline() + "-" + i);
        for (var topic : List.of(many.topic(), many.deadLetterTopic())) {
          owners.claim(
              topic,
              owners.owner(many),
              new Details(UUID.randomUUID().toString(), "AAAAAAAAAAAAAAAAAAAAAQ", false));
        }
      }
    }
    try (var owners = owners("there")) {
      var began = System.nanoTime();
      var claims = owners.current();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      for (var i = 0; i < pipelines; i++) {
        assertThat(claims.holder("many." + names.pipeline() + "-" + i)).isPresent();
      }
    }
    assertThat(ownersBytes()).isBetween(100_000L, 3_000_000L);
  }

  @Test
  void deletesWhatAFormerVersionMadeThoughItWasNeverClaimed() throws Exception {
    var plan = plan(names, 1, "7d");
    create(names.topic(), 1, plan.records().settings());
    create(names.deadLetterTopic(), 1, plan.deadLetters().settings());
    here.delete(new TopicClaimant(names, "uid", null, Set.of(id(names.topic())), null));
    awaitGone();
  }

  @Test
  void goesOnAfterACrashBetweenClaimAndCreation() throws Exception {
    claimWithoutTopic();
    assertThat(ensure(here).changes()).hasSize(2);
    here.delete(claimant());
    awaitGone();
  }

  @Test
  void goesOnAfterACrashBetweenCreationAndItsRecord() throws Exception {
    claimWithoutTopic();
    create(names.topic(), 2, plan(names, 2, "7d").records().settings());
    // The spec has changed meanwhile.
    var found = here.ensure(claimant(), plan(names, 2, "30d"), noChildren());
    assertThat(topic(found).id()).isEqualTo(id(names.topic()));
    here.delete(claimant());
    awaitGone();
  }

  @Test
  void deletesAfterACrashBetweenCreationAndItsRecord() throws Exception {
    claimWithoutTopic();
    create(names.topic(), 2, plan(names, 2, "7d").records().settings());
    here.delete(claimant());
    awaitGone();
  }

  @Test
  void leavesATopicThatCameBetweenClaimAndCreation() throws Exception {
    claimWithoutTopic();
    create(names.topic(), 3, FOREIGN);
    assertThat(refused(ensure(here)).reason()).isEqualTo("NameTaken");
    assertThat(here.delete(claimant()).left()).containsExactly(names.topic());
    assertThat(settings(names.topic())).isEqualTo(FOREIGN);
  }

  @Test
  void endsTheClaimAfterACrashBetweenDeletionAndItsRecord() throws Exception {
    ensure(here);
    admin
        .deleteTopics(List.of(names.topic(), names.deadLetterTopic()))
        .all()
        .get(10, TimeUnit.SECONDS);
    installation("here").delete(claimant()); // the process after the crash
    await()
        .untilAsserted(
            () ->
                assertThat(ensure(installation("there")).state())
                    .isInstanceOf(TopicState.Present.class));
  }

  @Test
  void usesATopicThatAnotherHandMadeUnderItsNameAndChangesItOnAPersonsWordOnly() throws Exception {
    var made = topic(ensure(here)).id();
    admin.deleteTopics(List.of(names.topic())).all().get(10, TimeUnit.SECONDS);
    await().until(() -> !exists(names.topic()));
    create(names.topic(), 3, FOREIGN);
    var state = (TopicState.Present) ensure(here).state();
    assertThat(state.topic().id()).isNotEqualTo(made);
    assertThat(state.note()).contains("created by somebody else", "left as it is");
    // The definition that is now made for it is no proof.
    var running = new TopicClaimant(names, "uid", null, Set.of(state.topic().id()), null);
    here.ensure(running, plan(names, 2, "7d"), noChildren());
    assertThat(settings(names.topic())).isEqualTo(FOREIGN);

    var accepting = new TopicClaimant(names, "uid", null, Set.of(), state.topic().id());
    here.ensure(accepting, plan(names, 2, "7d"), noChildren());
    await()
        .untilAsserted(
            () -> assertThat(settings(names.topic())).containsEntry("cleanup.policy", "delete"));
  }

  @Test
  void saysThatTheDeadLettersTopicIsNotItsOwn() throws Exception {
    ensure(here);
    admin.deleteTopics(List.of(names.deadLetterTopic())).all().get(10, TimeUnit.SECONDS);
    await().until(() -> !exists(names.deadLetterTopic()));
    create(names.deadLetterTopic(), 1, FOREIGN);
    assertThat(((TopicState.Present) ensure(here).state()).note())
        .contains(names.deadLetterTopic(), "left as it is");
    assertThat(settings(names.deadLetterTopic())).isEqualTo(FOREIGN);
  }

  @Test
  void makesADeletedTopicAnew() throws Exception {
    var made = topic(ensure(here)).id();
    admin.deleteTopics(List.of(names.topic())).all().get(10, TimeUnit.SECONDS);
    await().until(() -> !exists(names.topic()));
    assertThat(topic(ensure(here)).id()).isNotEqualTo(made);
    assertThat(ensure(here).changes()).isEmpty();
  }

  @Test
  void aNewProcessKnowsWhatTheOneBeforeClaimed() {
    var found = topic(ensure(here));
    var again = ensure(installation("here"));
    assertThat(again.changes()).isEmpty();
    assertThat(topic(again)).isEqualTo(found);
  }

  /** The predecessor was retained, and the operator ended before it could write that down. */
  @Test
  void deletesNothingThatItsPredecessorLeftWhenItAdoptsAnotherTopic() throws Exception {
    var id = topic(ensure(here)).id();
    var before = settings(names.topic());
    var theirs = "theirs-" + names.pipeline();
    create(theirs, 1, FOREIGN);
    var adopting = adopting(names, "uid-2", theirs);
    topic(here.ensure(adopting, adoptingPlan(names, theirs), noChildren()));
    here.delete(adopting);
    await().until(() -> !exists(names.deadLetterTopic()));
    assertThat(id(names.topic())).isEqualTo(id);
    assertThat(settings(names.topic())).isEqualTo(before);
    assertThat(topic(here.ensure(claimant("uid-3"), plan(names, 2, "7d"), noChildren())).id())
        .isEqualTo(id);
  }

  @Test
  void deletesNoTopicThatItsPredecessorAdopted() throws Exception {
    var made = new PipelineNames("ops", names.pipeline() + "-made");
    var maker = new TopicClaimant(made, "uid", null, Set.of(), null);
    var id = topic(here.ensure(maker, plan(made, 1, "7d"), noChildren())).id();
    here.retire(maker);
    var adopting = adopting(names, "uid", made.topic());
    topic(here.ensure(adopting, adoptingPlan(names, made.topic()), noChildren()));

    var successor = claimant("uid-2");
    assertThat(here.delete(successor).left()).doesNotContain(made.topic());
    assertThat(id(made.topic())).isEqualTo(id);

    topic(here.ensure(adopting, adoptingPlan(names, made.topic()), noChildren()));
    ensure(here, successor);
    here.delete(successor);
    awaitGone();
    assertThat(id(made.topic())).isEqualTo(id);
  }

  @Test
  void letsGoWhatItsPredecessorAdopted() throws Exception {
    var theirs = "free-" + names.pipeline();
    create(theirs, 1, FOREIGN);
    topic(here.ensure(adopting(names, theirs), adoptingPlan(names, theirs), noChildren()));
    topic(ensure(here, claimant("uid-2")));
    var other = new PipelineNames("ops", names.pipeline() + "-other");
    topic(here.ensure(adopting(other, theirs), adoptingPlan(other, theirs), noChildren()));
    assertThat(ensure(here, claimant("uid-2")).state()).isInstanceOf(TopicState.Present.class);
  }

  /** The predecessor's end was never written down, and somebody accepts the topic's offsets. */
  @Test
  void deletesNoTopicThatItsPredecessorAdoptedWhateverOffsetsAreAccepted() throws Exception {
    var theirs = names.topic() + "-theirs";
    create(theirs, 2, FOREIGN);
    topic(here.ensure(adopting(names, "uid", theirs), adoptingPlan(names, theirs), noChildren()));

    here.delete(new TopicClaimant(names, "uid-2", null, Set.of(), id(theirs)));
    assertThat(exists(theirs)).isTrue();
  }

  @Test
  void neitherAltersNorDeletesTheTopicOfItsNameThatItsPredecessorAdopted() throws Exception {
    create(names.topic(), 2, plan(names, 2, "7d").records().settings());
    var before = settings(names.topic());
    topic(
        here.ensure(
            adopting(names, names.topic()), adoptingPlan(names, names.topic()), noChildren()));
    var successor = claimant("uid-2");
    assertThat(here.delete(successor).left()).contains(names.topic());
    topic(
        here.ensure(
            adopting(names, names.topic()), adoptingPlan(names, names.topic()), noChildren()));
    assertThat(refused(here.ensure(successor, plan(names, 2, "30d"), noChildren())).reason())
        .isEqualTo("NameTaken");
    here.delete(successor);
    assertThat(settings(names.topic())).isEqualTo(before);
  }

  /** Kafka was silent all the time that the successor lived. */
  @Test
  void deletesNothingThatItNeverTook() throws Exception {
    var id = topic(ensure(here)).id();
    await().until(() -> exists(names.topic()) && exists(names.deadLetterTopic()));
    assertThat(here.delete(claimant("uid-2")).left())
        .containsExactly(names.topic(), names.deadLetterTopic());
    here.retire(claimant("uid-3"));
    assertThat(here.delete(claimant("uid-4")).left())
        .containsExactly(names.topic(), names.deadLetterTopic());
    assertThat(refused(ensure(installation("there"))).message()).contains("was retained");
    assertThat(topic(ensure(here, claimant("uid-5"))).id()).isEqualTo(id);
    here.delete(claimant("uid-5"));
    awaitGone();
  }

  @Test
  void deletesATopicThatABrokerHasYetToHearOf() throws Exception {
    var behind = new BehindAdmin(KafkaTopics.settings(KafkaAddress.open(kafka.bootstrapServers())));
    var topics = behind(behind);
    ensure(topics);
    await().until(() -> exists(names.topic()) && exists(names.deadLetterTopic()));
    behind.unheardOf.addAll(List.of(names.topic(), names.deadLetterTopic()));
    assertThat(topics.delete(claimant()).left()).isEmpty();
    awaitGone();
    topics.delete(claimant()); // and once more, when it is gone
  }

  @Test
  void keepsATopicThatABrokerHasYetToHearOf() throws Exception {
    var behind = new BehindAdmin(KafkaTopics.settings(KafkaAddress.open(kafka.bootstrapServers())));
    var topics = behind(behind);
    var id = topic(ensure(topics)).id();
    await().until(() -> exists(names.topic()) && exists(names.deadLetterTopic()));
    behind.unheardOf.addAll(List.of(names.topic(), names.deadLetterTopic()));
    topics.retire(claimant());
    assertThat(topic(ensure(here, claimant("uid-2"))).id()).isEqualTo(id);
  }

  private KafkaTopics behind(BehindAdmin admin) {
    var late = new LateAdmin(() -> admin);
    var config = TestTopics.config(kafka);
    var topics =
        new KafkaTopics(
            late,
            new TopicOwners(
                late, TestTopics.address(config), config, "here", TopicOwners.GONE_AFTER),
            new Adoption(config, _ -> true),
            null);
    opened.add(topics);
    return topics;
  }

  /** A process that no longer leads, whose write comes when the pipeline has been made again. */
  @Test
  void aLateReleaseTakesNothingFromTheSuccessor() throws Exception {
    ensure(here);
    try (var late = owners("here")) {
      var keys = late.current().keys(names.topic(), late.owner(names));
      here.delete(claimant());
      awaitGone();
      topic(ensure(here, claimant("uid-2")));
      setSegmentTime(names.topic());
      late.release(keys);
    }
    assertRunsOn("uid-2");
  }

  @Test
  void aLateReleaseTakesNothingFromTheSuccessorThatTookTheTopicOver() throws Exception {
    topic(ensure(here));
    setSegmentTime(names.topic());
    try (var late = owners("here")) {
      var keys = late.current().keys(names.topic(), late.owner(names));
      topic(ensure(here, claimant("uid-2")));
      late.release(keys);
    }
    assertRunsOn("uid-2");
  }

  private void assertRunsOn(String uid) throws Exception {
    assertThat(refused(ensure(installation("there"))).message()).contains("of installation here");
    var next = installation("here").ensure(claimant(uid), plan(names, 2, "30d"), noChildren());
    assertThat(next.changes()).anyMatch(change -> change.contains("retention.ms"));
  }

  /** One setting more than the operator sets: the topic no longer looks like a new one. */
  private static void setSegmentTime(String topic) throws Exception {
    set(topic, "segment.ms", "60000");
  }

  @Test
  void adoptsNoTopicThatIsKeptForAnotherNamespace() throws Exception {
    var id = topic(ensure(here)).id();
    here.retire(claimant());
    var other = new PipelineNames("others", names.pipeline());
    var refused =
        refused(
            here.ensure(
                adopting(other, names.topic()), adoptingPlan(other, names.topic()), noChildren()));
    assertThat(refused.reason()).isEqualTo("NameTaken");
    assertThat(refused.message())
        .contains("was retained when DataPipeline ops/", "platform.kafka.adoptable");
    // Within the namespace another pipeline may go on with its records.
    var next = new PipelineNames("ops", names.pipeline() + "-next");
    assertThat(
            topic(
                    here.ensure(
                        adopting(next, names.topic()),
                        adoptingPlan(next, names.topic()),
                        noChildren()))
                .id())
        .isEqualTo(id);
    here.retire(adopting(next, names.topic()));
    assertThat(topic(ensure(here, claimant("uid-2"))).id()).isEqualTo(id);
  }

  @Test
  void adoptsWhatIsAnotherNamespacesOnlyWhereThePlatformListsIt() throws Exception {
    var theirs = "neighbours." + names.pipeline();
    create(theirs, 1, FOREIGN);
    assertThat(
            refused(here.ensure(adopting(names, theirs), adoptingPlan(names, theirs), noChildren()))
                .message())
        .contains("a topic of namespace neighbours", "platform.kafka.adoptable");
    topic(ensure(here));
    here.retire(claimant());

    var listed =
        TestTopics.of(TestTopics.config(kafka, "neighbours.*"), "here", TopicOwners.GONE_AFTER);
    opened.add(listed);
    topic(listed.ensure(adopting(names, theirs), adoptingPlan(names, theirs), noChildren()));
    // Who has it keeps it.
    topic(here.ensure(adopting(names, theirs), adoptingPlan(names, theirs), noChildren()));
  }

  @Test
  void adoptsAKeptTopicOfAnotherNamespaceWhereThePlatformListsIt() throws Exception {
    var id = topic(ensure(here)).id();
    here.retire(claimant());
    var listed =
        TestTopics.of(TestTopics.config(kafka, names.topic()), "here", TopicOwners.GONE_AFTER);
    opened.add(listed);
    var other = new PipelineNames("others", names.pipeline());
    var adopting = adopting(other, names.topic());
    topic(listed.ensure(adopting, adoptingPlan(other, names.topic()), noChildren()));
    listed.retire(adopting);
    assertThat(topic(ensure(here, claimant("uid-2"))).id()).isEqualTo(id);
  }

  @Test
  void aPipelineThatIsRefusedHoldsNothing() throws Exception {
    var theirs = "held-" + names.pipeline();
    create(theirs, 1, FOREIGN);
    create(names.deadLetterTopic(), 1, FOREIGN);
    assertThat(
            refused(here.ensure(adopting(names, theirs), adoptingPlan(names, theirs), noChildren()))
                .message())
        .contains("dead letters");
    var other = new PipelineNames("ops", names.pipeline() + "-other");
    topic(here.ensure(adopting(other, theirs), adoptingPlan(other, theirs), noChildren()));
  }

  /** Brokers make a topic that a producer asks for, and it would not be compacted. */
  @Test
  void doesNotBringADeletedOwnersTopicBackByAWrite() throws Exception {
    ensure(here);
    try (var owners = owners("here")) {
      owners.current();
      deleteOwners();
      assertThatThrownBy(
              () ->
                  owners.note(names.topic(), owners.owner(names), new Details("uid", "id", false)))
          .isInstanceOf(KafkaTopics.KafkaException.class)
          .hasMessageContaining("no broker shows it");
    }
    assertThat(exists(TopicOwners.TOPIC)).isFalse();
  }

  /** Kafka answers, and the partition of the owners topic does not. */
  @Test
  void anOwnersTopicThatIsNotServedIsNoSilenceOfKafkas() throws Exception {
    ensure(here);
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var owners =
            new TopicOwners(
                new LateAdmin(() -> admin),
                KafkaAddress.open("127.0.0.1:" + silent.getLocalPort()),
                TestTopics.config("127.0.0.1:" + silent.getLocalPort(), "*"),
                "here",
                TopicOwners.GONE_AFTER)) {
      assertThatThrownBy(owners::current)
          .isInstanceOfSatisfying(
              KafkaTopics.KafkaException.class, e -> assertThat(e.isSilence()).isFalse())
          .hasMessageContaining("tell who holds the topics");
      assertThatThrownBy(
              () ->
                  owners.note(names.topic(), owners.owner(names), new Details("uid", "id", false)))
          .isInstanceOfSatisfying(
              KafkaTopics.KafkaException.class, e -> assertThat(e.isSilence()).isFalse())
          .hasMessageContaining("write to topic _acequia.owners");
    }
  }

  /** There may be many that wait for it, and each would hold a thread up. */
  @Test
  void anOwnersTopicThatIsNotServedIsNotReadByEachThatWaits() throws Exception {
    ensure(here);
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var owners =
            new TopicOwners(
                new LateAdmin(() -> admin),
                KafkaAddress.open("127.0.0.1:" + silent.getLocalPort()),
                TestTopics.config("127.0.0.1:" + silent.getLocalPort(), "*"),
                "here",
                TopicOwners.GONE_AFTER)) {
      assertThatThrownBy(owners::current).hasMessageContaining("tell who holds the topics");
      var began = System.nanoTime();
      assertThatThrownBy(owners::current).hasMessageContaining("tell who holds the topics");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }
  }

  private static void set(String topic, String name, String value) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    var set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get(10, TimeUnit.SECONDS);
    await().until(() -> value.equals(settings(topic).get(name)));
  }

  private static void deleteOwners() throws Exception {
    admin.deleteTopics(List.of(TopicOwners.TOPIC)).all().get(10, TimeUnit.SECONDS);
    await().until(() -> !exists(TopicOwners.TOPIC));
  }

  private static void setPolicy(String policy) throws Exception {
    set(TopicOwners.TOPIC, "cleanup.policy", policy);
  }

  private static long ownersBytes() throws Exception {
    var nodes = admin.describeCluster().nodes().get(10, TimeUnit.SECONDS);
    return admin
        .describeLogDirs(nodes.stream().map(Node::id).toList())
        .allDescriptions()
        .get(10, TimeUnit.SECONDS)
        .values()
        .stream()
        .flatMap(folders -> folders.values().stream())
        .flatMap(folder -> folder.replicaInfos().entrySet().stream())
        .filter(replica -> replica.getKey().topic().equals(TopicOwners.TOPIC))
        .mapToLong(replica -> replica.getValue().size())
        .sum();
  }

  /** The broker hears of a deletion a moment later. */
  private void awaitGone() {
    await().until(() -> !exists(names.topic()) && !exists(names.deadLetterTopic()));
  }

  private void claimWithoutTopic() {
    try (var owners = owners("here")) {
      owners.claim(names.topic(), owners.owner(names), new Details("uid", null, false));
    }
  }

  private static TopicOwners owners(String installation) {
    return new TopicOwners(
        new LateAdmin(() -> admin),
        KafkaAddress.open(kafka.bootstrapServers()),
        TestTopics.config(kafka),
        installation,
        TopicOwners.GONE_AFTER);
  }

  private KafkaTopics installation(String name) {
    return installation(name, TopicOwners.GONE_AFTER);
  }

  private KafkaTopics installation(String name, Duration goneAfter) {
    var topics = TestTopics.of(kafka, name, goneAfter);
    opened.add(topics);
    return topics;
  }

  private TopicProvider.Result ensure(KafkaTopics topics) {
    return ensure(topics, claimant());
  }

  private TopicProvider.Result ensure(KafkaTopics topics, TopicClaimant claimant) {
    return topics.ensure(claimant, plan(names, 2, "7d"), noChildren());
  }

  private TopicClaimant claimant() {
    return claimant("uid");
  }

  private TopicClaimant claimant(String uid) {
    return new TopicClaimant(names, uid, null, Set.of(), null);
  }

  private static TopicClaimant adopting(PipelineNames names, String topic) {
    return adopting(names, "uid", topic);
  }

  private static TopicClaimant adopting(PipelineNames names, String uid, String topic) {
    return new TopicClaimant(names, uid, topic, Set.of(), null);
  }

  private static TopicsPlan plan(PipelineNames names, int partitions, String retention) {
    return plan(names, "{partitions: %d, retention: %s}".formatted(partitions, retention));
  }

  private static TopicsPlan adoptingPlan(PipelineNames names, String topic) {
    return plan(names, "{name: %s, adopt: true}".formatted(topic));
  }

  private static TopicsPlan plan(PipelineNames names, String topic) {
    var pipeline =
        Serialization.unmarshal(
            """
            metadata: {name: %s, namespace: %s}
            spec:
              schema: {fields: [{name: flight, type: int32, required: true}]}
              store: {postgres: {secretName: warehouse}}
              topic: %s
            """
                .formatted(names.pipeline(), names.namespace(), topic),
            DataPipeline.class);
    var platform =
        PlatformConfig.parse(
            "{runtimeImage: i, kafka: {bootstrapServers: 'k:1', replicationFactor: 1}}");
    return TopicsPlan.of(names, pipeline.getSpec(), platform);
  }

  private static String missing(TopicProvider.Result result) {
    assertThat(result.state()).isInstanceOf(TopicState.Missing.class);
    var missing = (TopicState.Missing) result.state();
    return missing.reason() + ": " + missing.message();
  }

  private static TopicState.Refused refused(TopicProvider.Result result) {
    assertThat(result.changes()).isEmpty();
    assertThat(result.state()).isInstanceOf(TopicState.Refused.class);
    return (TopicState.Refused) result.state();
  }

  private static dev.acequia.operator.plan.Facts.Topic topic(TopicProvider.Result result) {
    return result
        .state()
        .found()
        .orElseThrow(() -> new AssertionError(String.valueOf(result.state())));
  }

  private static void create(String topic, int partitions, Map<String, String> settings)
      throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(settings)))
        .all()
        .get(10, TimeUnit.SECONDS);
    await().until(() -> exists(topic));
  }

  private static boolean exists(String topic) throws Exception {
    return admin.listTopics().names().get(10, TimeUnit.SECONDS).contains(topic);
  }

  private static String id(String topic) throws Exception {
    return Objects.requireNonNull(
            admin
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get(10, TimeUnit.SECONDS)
                .get(topic))
        .topicId()
        .toString();
  }

  /** What is set on the topic itself. */
  private static Map<String, String> settings(String topic) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return Objects.requireNonNull(
            admin.describeConfigs(List.of(resource)).all().get(10, TimeUnit.SECONDS).get(resource))
        .entries()
        .stream()
        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .collect(java.util.stream.Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }
}
