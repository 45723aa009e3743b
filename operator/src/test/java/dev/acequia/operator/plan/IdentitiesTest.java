package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentitiesTest {
  private static final String NOTHING = "{}";

  @Test
  void fillsThePlatformsPlaceholdersAndLetsThePipelineHaveTheLastWord() {
    var identities =
        identities(
            "{consumer: {annotations: {'cloud/role': '{namespace}-{pipeline}-writer', 'cloud/zone': a}}}",
            "{consumer: {annotations: {'cloud/zone': b}}, api: {annotations: {'cloud/role': reader}}}");
    assertThat(identities.annotations(Component.CONSUMER))
        .isEqualTo(Map.of("cloud/role", "ops-flights-writer", "cloud/zone", "b"));
    assertThat(identities.annotations(Component.API)).isEqualTo(Map.of("cloud/role", "reader"));
    assertThat(identities.annotations(Component.MIGRATION)).isEmpty();
  }

  /** A running Pod keeps the identity that it was made with. */
  @Test
  void aPodIsMadeAgainForAnotherIdentityAndForNoneAsBefore() {
    assertThat(identities(NOTHING, NOTHING).fingerprint(Component.API)).isEmpty();
    var one = identities(NOTHING, "{api: {annotations: {'cloud/role': a}}}");
    var other = identities(NOTHING, "{api: {annotations: {'cloud/role': b}}}");
    assertThat(one.fingerprint(Component.API))
        .isNotEmpty()
        .isNotEqualTo(other.fingerprint(Component.API));
    assertThat(one.fingerprint(Component.CONSUMER)).isEmpty();
  }

  private static Identities identities(String platform, String own) {
    var pipeline =
        Serialization.unmarshal(
            """
            metadata: {name: flights, namespace: ops}
            spec:
              schema: {fields: [{name: flight, type: int32, required: true}]}
              store: {postgres: {secretName: warehouse}}
              serviceAccounts: %s
            """
                .formatted(own),
            DataPipeline.class);
    return Identities.of(
        pipeline,
        PlatformConfig.parse(
            "{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}, serviceAccounts: %s}"
                .formatted(platform)));
  }
}
