package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpecOrderTest {
  private static SpecOrder order(String... versions) {
    return new SpecOrder(Stream.of(versions).map(SpecVersion::parse).toList());
  }

  private static boolean supersedes(SpecOrder order, String version) {
    return order.supersedes(SpecVersion.parse(version));
  }

  @Test
  void aNewerVersionOfTheResourceSupersedes() {
    var order = order("a/2");
    assertThat(supersedes(order, "a/1")).isTrue();
    assertThat(supersedes(order, "a/2")).isFalse();
    assertThat(supersedes(order, "a/10")).isFalse();
    assertThat(supersedes(order(), "a/1")).isFalse();
  }

  /** Its versions begin at 1 again. */
  @Test
  void aResourceThatCameLaterSupersedes() {
    var order = order("a/37", "b/1");
    assertThat(supersedes(order, "a/38")).isTrue();
    assertThat(supersedes(order, "b/1")).isFalse();
    assertThat(supersedes(order, "c/1")).isFalse();
  }

  @Test
  void neverLowersAVersionAndKeepsTheOrder() {
    var order = order("a/2", "b/1");
    assertThat(order.with(SpecVersion.parse("a/1"))).isEqualTo(order);
    assertThat(order.with(SpecVersion.parse("b/3"))).isEqualTo(order("a/2", "b/3"));
    assertThat(order.with(SpecVersion.parse("c/1"))).isEqualTo(order("a/2", "b/1", "c/1"));
  }

  @Test
  void namesBothVersionsAndTheWayOut() {
    assertThat(
            new SpecOrder(List.of(new SpecVersion("a", 2)))
                .refusal(new SpecVersion("a", 1), "ops.flights", "FORGET"))
        .contains("version a/1 ", "version a/2 ", "ops.flights.")
        .endsWith("run: FORGET");
  }
}
