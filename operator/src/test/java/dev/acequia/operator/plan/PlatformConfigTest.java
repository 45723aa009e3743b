package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlatformConfigTest {
  @Test
  void takesAnEmptyInstallationForNone() {
    var text = "{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}, installation: '%s'}";
    assertThat(PlatformConfig.parse(text.formatted("")).installation()).isNull();
    assertThat(PlatformConfig.parse(text.formatted("acequia@7e0a-1")).installation())
        .isEqualTo("acequia@7e0a-1");
    assertThatThrownBy(() -> PlatformConfig.parse(text.formatted("a/b")))
        .hasMessageContaining("installation");
  }

  @Test
  void fillsInDefaults() {
    var platform = PlatformConfig.parse("{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}}");
    assertThat(platform.kafka().topicProvider()).isEqualTo(PlatformConfig.TopicProvider.DIRECT);
    assertThat(platform.kafka().replicationFactor()).isEqualTo(3);
    assertThat(platform.kafka().minInsyncReplicas()).isEqualTo(2);
    assertThat(platform.exposure().type()).isEqualTo(PlatformConfig.Exposure.Type.CLUSTER_IP);
    assertThat(platform.requireAuth()).isFalse();
    assertThat(platform.store().rewriteLimitBytes()).isEqualTo(1L << 30);
    assertThat(platform.store().localFolders()).isFalse();
  }

  @Test
  void saysWhereThePipelinesLogOnsComeFrom() {
    var text = "{runtimeImage: i, kafka: {bootstrapServers: 'k:1', %s}}";
    assertThat(
            PlatformConfig.parse(text.formatted("secretName: admin, users: own"))
                .kafka()
                .takesOwnUsers())
        .isTrue();
    assertThat(
            PlatformConfig.parse(text.formatted("secretName: admin, users: scram-sha-512"))
                .kafka()
                .makesUsers())
        .isTrue();
    assertThat(PlatformConfig.parse(text.formatted("secretName: ''")).kafka().logsOn()).isFalse();
    assertThatThrownBy(() -> PlatformConfig.parse(text.formatted("secretName: admin")))
        .hasMessageContaining("kafka.users is not set");
    assertThatThrownBy(() -> PlatformConfig.parse(text.formatted("users: own")))
        .hasMessageContaining("kafka.users needs kafka.secretName");
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    text.formatted(
                        "secretName: admin, users: own, topicProvider: strimzi, strimzi: {namespace: k, cluster: m}")))
        .hasMessageContaining("are for topicProvider direct");
  }

  @Test
  void takesTheLimitOfRewritesAsAQuantity() {
    assertThat(
            PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}, store: {rewriteLimit: 20Gi}}")
                .store()
                .rewriteLimitBytes())
        .isEqualTo(20L << 30);
  }

  @Test
  void pacesReleasesUnlessToldOtherwise() {
    var plain = PlatformConfig.parse("{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}}");
    assertThat(plain.rollout()).isEqualTo(new PlatformConfig.Rollout(10, 3, "10m"));
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: k}, rollout: {readyWithin: soon}}"))
        .hasMessageContaining("rollout.readyWithin")
        .hasMessageContaining("'soon'");
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: k}, rollout: {maxInFlight: -1}}"))
        .hasMessageContaining("rollout.maxInFlight");
  }

  @Test
  void trustsVendorsUnlessToldOtherwise() {
    var text = "{runtimeImage: i, kafka: {bootstrapServers: 'k:1'}, sources: {standIn: '%s'}}";
    assertThat(PlatformConfig.parse("{runtimeImage: i, kafka: {bootstrapServers: k}}").sources())
        .returns(null, PlatformConfig.Sources::standIn);
    assertThat(PlatformConfig.parse(text.formatted("http://127.0.0.1:80")).sources().standIn())
        .isEqualTo("http://127.0.0.1:80");
    assertThatThrownBy(() -> PlatformConfig.parse(text.formatted("http://a@b")))
        .hasMessageContaining("sources.standIn is 'http://a@b'");
  }

  @Test
  void namesWhatIsMissing() {
    assertThatThrownBy(() -> PlatformConfig.parse("{runtimeImage: i, kafka: {}}"))
        .hasMessageContaining("kafka.bootstrapServers is missing");
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: k, topicProvider: strimzi}}"))
        .hasMessageContaining("kafka.strimzi is missing");
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: k}, exposure: {type: NodePort}}"))
        .hasMessageContaining("exposure.host is missing");
  }

  @Test
  void refusesAnUnknownKeyAndMoreCopiesThanThereAre() {
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: k}, requiresAuth: true}"))
        .hasMessageContaining("requiresAuth");
    assertThatThrownBy(
            () ->
                PlatformConfig.parse(
                    "{runtimeImage: i, kafka: {bootstrapServers: k, replicationFactor: 1, minInsyncReplicas: 2}}"))
        .hasMessageContaining("no record could be written");
  }
}
