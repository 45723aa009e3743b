package dev.acequia.operator.apply;

import dev.acequia.contract.Fingerprint;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.KafkaRight;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.UserPasswords;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Each pipeline's users in Kafka, one for each role, with a password and just the rights that it
 * uses. Each method waits for Kafka. Kafka never reveals a password, but it reveals the SCRAM
 * iteration count. The operator chooses that count as a fingerprint of the password.
 */
final class KafkaUsers {
  /**
   * Kafka's minimum is 4,096, and its own tools use it. One more tells the operator's passwords
   * from those that somebody set with these tools.
   */
  private static final int LEAST_ITERATIONS = 4097;

  /** A power of two; Kafka takes up to 16,384 iterations. */
  private static final int FINGERPRINTS = 4096;

  private static final List<Component> ROLES = List.of(Component.CONSUMER, Component.API);

  private final LateAdmin admin;
  private final String installation;

  /**
   * @param installation the operator's name among all on this Kafka
   */
  KafkaUsers(LateAdmin admin, String installation) {
    this.admin = admin;
    this.installation = installation;
  }

  /**
   * Sets passwords and rights where they differ.
   *
   * @param passwords of all roles' users
   * @param changes takes a sentence for each thing done
   * @throws KafkaTopics.KafkaException when Kafka refuses it, or does not answer
   */
  void ensure(
      PipelineNames names, TopicsPlan topics, UserPasswords passwords, List<String> changes) {
    for (var role : ROLES) {
      // Rights first: a process that can log on can work.
      ensureRights(names, topics, role, changes);
    }
    var present = present(names);
    var next = passwords.next();
    var news =
        passwords.wished().stream()
            .filter(
                password ->
                    // Two passwords may have one fingerprint.
                    next.containsKey(password.user())
                        || !Objects.equals(present.get(password.user()), iterations(password)))
            .toList();
    if (!news.isEmpty()) {
      alter(news.stream().map(KafkaUsers::upsertion).toList(), "set the passwords of " + names);
      news.forEach(
          password ->
              changes.add("Set the password of user %s in Kafka".formatted(password.user())));
    }
  }

  /**
   * The SCRAM iteration counts of the pipeline's users in Kafka. Somebody may have deleted a user,
   * or set a password by hand.
   */
  private Map<String, Integer> present(PipelineNames names) {
    var users = ROLES.stream().map(role -> names.kafkaUser(role, installation)).toList();
    var iterations = new HashMap<String, Integer>();
    KafkaTopics.get(
            admin.get().describeUserScramCredentials(users).all(), "tell the users of " + names)
        .forEach(
            (user, description) ->
                description.credentialInfos().stream()
                    .filter(info -> info.mechanism() == ScramMechanism.SCRAM_SHA_512)
                    .forEach(info -> iterations.put(user, info.iterations())));
    return iterations;
  }

  /**
   * The SCRAM iteration count for a password. Anybody who may describe users in Kafka can read it.
   * It reveals at most 12 bits of a password's 192 random ones. It depends on the user's name too,
   * so equal passwords do not show.
   */
  static int iterations(Password password) {
    var print = Integer.parseUnsignedInt(Fingerprint.of(password.user(), password.password()), 16);
    return LEAST_ITERATIONS + Integer.remainderUnsigned(print, FINGERPRINTS);
  }

  /**
   * Removes the users of a pipeline that is gone, and their rights. One refusal holds up none of
   * the others.
   *
   * @return what Kafka refused first; empty when all are gone
   * @throws KafkaTopics.KafkaException when Kafka does not answer
   */
  Optional<KafkaTopics.KafkaException> delete(PipelineNames names) {
    var refusals = new ArrayList<KafkaTopics.KafkaException>();
    for (var role : ROLES) {
      var user = names.kafkaUser(role, installation);
      refusal(() -> deleteRights(user)).ifPresent(refusals::add);
      refusal(() -> deleteUser(user)).ifPresent(refusals::add);
    }
    return refusals.stream().findFirst();
  }

  private static Optional<KafkaTopics.KafkaException> refusal(Runnable call) {
    try {
      call.run();
      return Optional.empty();
    } catch (KafkaTopics.KafkaException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      return Optional.of(e);
    }
  }

  private void deleteRights(String user) {
    KafkaTopics.change(
        admin.get().deleteAcls(Set.of(rightsOf(user))).all(), "remove the rights of " + user);
  }

  private void deleteUser(String user) {
    try {
      alter(
          List.of(new UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)),
          "remove user " + user);
    } catch (KafkaTopics.KafkaException e) {
      if (!(e.getCause() instanceof ResourceNotFoundException)) {
        throw e;
      }
    }
  }

  private void ensureRights(
      PipelineNames names, TopicsPlan topics, Component role, List<String> changes) {
    var user = names.kafkaUser(role, installation);
    var wanted =
        KafkaRight.of(role, names, topics).stream()
            .flatMap(right -> bindings(user, right).stream())
            .collect(Collectors.toSet());
    var actual =
        new HashSet<>(
            KafkaTopics.get(
                admin.get().describeAcls(rightsOf(user)).values(), "tell the rights of " + user));
    var missing = wanted.stream().filter(right -> !actual.contains(right)).toList();
    if (!missing.isEmpty()) {
      KafkaTopics.change(admin.get().createAcls(missing).all(), "grant rights to " + user);
      changes.add("Granted user %s in Kafka: %s".formatted(user, described(missing)));
    }
    var tooMany = actual.stream().filter(right -> !wanted.contains(right)).toList();
    if (!tooMany.isEmpty()) {
      KafkaTopics.change(
          admin.get().deleteAcls(tooMany.stream().map(AclBinding::toFilter).toList()).all(),
          "take rights from " + user);
      changes.add("Took from user %s in Kafka: %s".formatted(user, described(tooMany)));
    }
  }

  private void alter(List<? extends UserScramCredentialAlteration> alterations, String what) {
    KafkaTopics.change(
        admin.get().alterUserScramCredentials(new ArrayList<>(alterations)).all(), what);
  }

  private static UserScramCredentialUpsertion upsertion(Password password) {
    return new UserScramCredentialUpsertion(
        password.user(),
        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, iterations(password)),
        password.password());
  }

  private static List<AclBinding> bindings(String user, KafkaRight right) {
    var pattern =
        new ResourcePattern(
            switch (right.kind()) {
              case TOPIC -> ResourceType.TOPIC;
              case GROUP -> ResourceType.GROUP;
            },
            right.name(),
            PatternType.LITERAL);
    return right.operations().stream()
        .map(
            operation ->
                switch (operation) {
                  case READ -> AclOperation.READ;
                  case WRITE -> AclOperation.WRITE;
                })
        .map(
            operation ->
                new AclBinding(
                    pattern,
                    new AccessControlEntry(
                        principal(user), "*", operation, AclPermissionType.ALLOW)))
        .toList();
  }

  /** What somebody denies the user stays. */
  private static AclBindingFilter rightsOf(String user) {
    return new AclBindingFilter(
        ResourcePatternFilter.ANY,
        new AccessControlEntryFilter(
            principal(user), null, AclOperation.ANY, AclPermissionType.ALLOW));
  }

  private static String principal(String user) {
    return "User:" + user;
  }

  private static String described(List<AclBinding> rights) {
    return rights.stream()
        .map(
            right ->
                "%s %s %s"
                    .formatted(
                        right.entry().operation(),
                        right.pattern().resourceType(),
                        right.pattern().name()))
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }
}
