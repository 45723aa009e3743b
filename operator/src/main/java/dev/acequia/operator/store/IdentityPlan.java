package dev.acequia.operator.store;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A service of a cloud's: nobody logs on, and calls carry an identity of that cloud. */
sealed interface IdentityPlan extends StorePlan permits DynamoDbPlan, BigQueryPlan {
  @Override
  default @Nullable String secret() {
    return null;
  }

  @Override
  default Set<String> secretKeys() {
    return Set.of();
  }

  @Override
  default boolean hasRoles() {
    return false;
  }

  @Override
  default @Nullable String readyWriter() {
    return null;
  }

  @Override
  default @Nullable String readyReader() {
    return null;
  }

  /** None: a removal asks for it even where there are no roles. */
  @Override
  default String login(Purpose purpose, String uri, @Nullable String installation) {
    return "";
  }

  @Override
  default long diskBytes() {
    return 0;
  }
}
