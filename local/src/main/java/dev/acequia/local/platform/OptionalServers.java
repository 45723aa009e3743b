package dev.acequia.local.platform;

import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Option;

/** {@code --with} and {@code --secure-kafka}. */
public final class OptionalServers {
  @Option(
      names = "--with",
      paramLabel = "SERVER",
      split = ",",
      description =
          "Also start these servers: ${COMPLETION-CANDIDATES}. The first start with s3 compiles it by "
              + "Go, which takes minutes; the first with dynamodb installs moto by pip, which takes "
              + "one or two. What moto holds is gone when it stops; what stands in for BigQuery "
              + "keeps its tables unless it is killed.")
  private Set<OptionalServer> with = EnumSet.noneOf(OptionalServer.class);

  @Option(
      names = "--secure-kafka",
      description =
          "Kafka speaks TLS and asks for a log-on, and the operator makes each pipeline's users with "
              + "just their rights. A folder keeps what it began with.")
  private boolean secureKafka;

  /** Whether Kafka asks for a log-on. */
  public boolean secureKafka() {
    return secureKafka;
  }

  /** Those that were asked for. */
  public Set<OptionalServer> servers() {
    return with;
  }
}
