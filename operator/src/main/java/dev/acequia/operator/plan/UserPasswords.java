package dev.acequia.operator.plan;

import dev.acequia.operator.plan.KafkaCredentials.Password;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The passwords of a pipeline's own users in Kafka, as its Secrets have them. */
public record UserPasswords(OfUser consumer, OfUser api) {
  /** No Secret holds a password. */
  public static final UserPasswords NONE = new UserPasswords(OfUser.NONE, OfUser.NONE);

  /**
   * One user's.
   *
   * @param taken the password that Kafka has and Pods mount; null before the first
   * @param next the password that Kafka has not accepted yet; null without one
   * @param secret the Secret's version; null without a Secret
   */
  public record OfUser(
      @Nullable Password taken, @Nullable Password next, @Nullable SecretVersion secret) {
    static final OfUser NONE = new OfUser(null, null, null);

    /** The password that the user is to have; empty when the Secret has none. */
    public Optional<Password> wished() {
      return Optional.ofNullable(next == null ? taken : next);
    }

    private OfUser settled() {
      return new OfUser(wished().orElse(null), null, secret);
    }
  }

  /** Passwords that Kafka has. */
  public static UserPasswords taken(Password consumer, Password api) {
    return new UserPasswords(new OfUser(consumer, null, null), new OfUser(api, null, null));
  }

  /** Passwords that Kafka has yet to take. */
  public static UserPasswords next(Password consumer, Password api) {
    return new UserPasswords(new OfUser(null, consumer, null), new OfUser(null, api, null));
  }

  public OfUser of(Component component) {
    return switch (component) {
      case API -> api;
      case CONSUMER, MIGRATION -> consumer;
    };
  }

  /** Whether each user has one. */
  public boolean areComplete() {
    return all().allMatch(one -> one.wished().isPresent());
  }

  /** The passwords that the users are to have; empty until each has one. */
  public List<Password> wished() {
    return areComplete() ? all().flatMap(one -> one.wished().stream()).toList() : List.of();
  }

  /** These passwords once Kafka has taken each that is wished. */
  public UserPasswords settled() {
    return new UserPasswords(consumer.settled(), api.settled());
  }

  /** The passwords, by user, that Kafka may not have, whatever the iteration count says. */
  public Map<String, Password> next() {
    return all()
        .map(OfUser::next)
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableMap(Password::user, one -> one));
  }

  private Stream<OfUser> all() {
    return Stream.of(consumer, api);
  }
}
