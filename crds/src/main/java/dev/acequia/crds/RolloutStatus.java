package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How changes of the platform reach one pipeline. The operator counts its slots by these. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RolloutStatus(
    @JsonPropertyDescription("Fingerprint of the version that the pipeline was brought to last.")
        @Nullable String version,
    @JsonPropertyDescription("Fingerprint of the platform's part in that version.")
        @Nullable String release,
    @JsonPropertyDescription("Fingerprint of the owner's part in that version.")
        @Nullable String edit,
    @JsonPropertyDescription(
            "Fingerprint of the certificate of Kafka's authority in that version, or of the one"
                + " that is the cause; absent without one.")
        @Nullable String certificate,
    @JsonPropertyDescription(
            "Fingerprint of the password with which the pipeline logs on to Kafka in that version;"
                + " absent without one.")
        @Nullable String kafkaPassword,
    @JsonPropertyDescription(
            "Waiting for a slot, Updating (it holds one), or Failed; absent when the pipeline has"
                + " its newest version.")
        @Nullable State state,
    @JsonPropertyDescription(
            "Fingerprint of the change that it waits for, gets or failed with; topic or"
                + " kafka-password where each pipeline has its own.")
        @Nullable String cause,
    @JsonPropertyDescription(
            "When the state began; without a state, when the owner's edit began that has not made"
                + " the pipeline Ready yet.")
        @Nullable String since,
    @JsonPropertyDescription("Whether it was ready before, so that a failure is the change's.")
        @Nullable Boolean wasReady) {

  /** Where a pipeline stands in the rollout of a change. */
  public enum State {
    @JsonProperty("Waiting")
    WAITING,
    @JsonProperty("Updating")
    UPDATING,
    @JsonProperty("Failed")
    FAILED
  }

  /** Of a pipeline that no version has been written down for. */
  public static final RolloutStatus NONE = atRest(null, null, null, null, null);

  /** At rest in a version. */
  public static RolloutStatus atRest(
      @Nullable String version,
      @Nullable String release,
      @Nullable String edit,
      @Nullable String certificate,
      @Nullable String kafkaPassword) {
    return new RolloutStatus(
        version, release, edit, certificate, kafkaPassword, null, null, null, null);
  }

  /** This version, and in no rollout. */
  public RolloutStatus atRest() {
    return atRest(version, release, edit, certificate, kafkaPassword);
  }

  /** At rest in this version since the owner's edit that brought it. */
  public RolloutStatus edited(@Nullable String when) {
    return new RolloutStatus(
        version, release, edit, certificate, kafkaPassword, null, null, when, null);
  }

  /** The same with another fingerprint of the owner's part. */
  public RolloutStatus withEdit(@Nullable String newEdit) {
    return new RolloutStatus(
        version, release, newEdit, certificate, kafkaPassword, state, cause, since, wasReady);
  }

  /** The same in another state. */
  public RolloutStatus in(State newState, String newCause, String newSince, boolean ready) {
    return new RolloutStatus(
        version, release, edit, certificate, kafkaPassword, newState, newCause, newSince, ready);
  }

  /** Whether it is in this state because of this change, and was ready before. */
  public boolean counts(State wanted, String wantedCause) {
    return state == wanted && Objects.equals(cause, wantedCause) && Boolean.TRUE.equals(wasReady);
  }
}
