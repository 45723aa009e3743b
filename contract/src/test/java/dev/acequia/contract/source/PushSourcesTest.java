package dev.acequia.contract.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PushSourcesTest {
  @Test
  void comesBackAsItWas() {
    var sources =
        new PushSources(
            new PushSources.CloudEvents("attributes"),
            new PushSources.Sns(List.of("arn:aws:sns:us-west-2:123456789012:passengers"), null),
            new PushSources.PubSub("https://flights.example.com", "push@example.com", null),
            new PushSources.Firehose(null));

    assertThat(PushSources.fromJson(sources.toJson())).isEqualTo(sources);
    assertThat(PushSources.fromJson("{\"cloudEvents\":{}}"))
        .isEqualTo(new PushSources(new PushSources.CloudEvents(null), null, null, null));
    assertThat(PushSources.NONE.toJson()).isEqualTo("{}");
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> PushSources.fromJson("{\"sns\":{\"topicArns\":[],\"only\":1}}"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PushSources.fromJson("{\"mqtt\":{}}"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
