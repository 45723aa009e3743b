package dev.acequia.operator.observe;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's children as they are.
 *
 * @param missing what the spec refers to and is not there, each a sentence for a person
 * @param access what was read of the Secrets by which the API knows its callers
 * @param migration the newest migration; null while there is none
 * @param consumer null while there is no Deployment
 * @param api null while there is no Deployment
 * @param unreadable why the API cannot read the store, a sentence; null while nothing says so
 * @param nodePort of the Service; null while it has none
 */
public record Observation(
    TopicState topic,
    List<String> missing,
    AccessSecrets access,
    @Nullable MigrationState migration,
    @Nullable DeploymentState consumer,
    @Nullable DeploymentState api,
    @Nullable String unreadable,
    @Nullable Integer nodePort) {

  public Observation {
    missing = List.copyOf(missing);
  }

  /** A migration's Job. */
  public sealed interface MigrationState {
    String job();

    record Succeeded(String job) implements MigrationState {}

    /**
     * It works, or tries to.
     *
     * @param hasPod whether a Pod was made for it
     * @param trouble why its Pod cannot run or failed last; null while all goes well
     */
    record Running(String job, boolean hasPod, @Nullable String trouble)
        implements MigrationState {}

    /**
     * It is made once an older one has ended.
     *
     * @param older the older one's Job or Pod, for a person
     */
    record Waiting(String job, String older) implements MigrationState {}

    /** It ended, and only a person can help. */
    record Refused(String job, LastWord lastWord) implements MigrationState {}

    /** It crashed too often; it is made anew after a while. */
    record Failed(String job, String trouble) implements MigrationState {}
  }

  /**
   * A Deployment's Pods.
   *
   * @param current whether all that Kubernetes says is about the newest template
   * @param wanted replicas of the Deployment's spec
   * @param total replicas of any version
   * @param updated replicas of the newest version
   * @param updatedAvailable those of the newest version that work
   * @param lastWord of a Pod that needs a person and is not ready
   * @param trouble of a Pod that is not ready or not made, in Kubernetes' words
   */
  public record DeploymentState(
      boolean current,
      int wanted,
      int total,
      int updated,
      int updatedAvailable,
      int ready,
      int available,
      @Nullable LastWord lastWord,
      @Nullable String trouble) {

    /** Whether Pods of the newest version are still to be made, or of another to be ended. */
    public boolean rollingOut() {
      return !current || updated < wanted || total != updated;
    }
  }
}
