package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayOrderTest {
  private static final ReplayOrder ORDER =
      new ReplayOrder(
          "7e0a6d1c-0000-4000-8000-000000000001",
          null,
          "AAAAAAAAAAAAAAAAAAAAAQ",
          false,
          Map.of(10, 7L, 2, 5L, 0, 3L),
          Map.of(0, 4L));

  @Test
  void isTheSameBytesForEqualOrders() {
    assertThat(ORDER.toJson())
        .isEqualTo(
            "{\"cancelled\":false,\"from\":{\"0\":3,\"2\":5,\"10\":7},"
                + "\"id\":\"7e0a6d1c-0000-4000-8000-000000000001\",\"to\":{\"0\":4},"
                + "\"topicId\":\"AAAAAAAAAAAAAAAAAAAAAQ\"}");
    assertThat(ReplayOrder.fromJson(ORDER.toJson())).isEqualTo(ORDER);
  }

  @Test
  void isCancelledUnderTheSameId() {
    assertThat(ORDER.cancel().id()).isEqualTo(ORDER.id());
    assertThat(ORDER.cancel().cancelled()).isTrue();
    assertThat(ORDER.cancel().from()).isEmpty();
  }

  @Test
  void saysWhyATextIsNone() {
    assertThatThrownBy(() -> ReplayOrder.fromJson("{\"id\":"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a replay's order");
    assertThatThrownBy(() -> ReplayOrder.fromJson("null"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a replay's order");
  }

  @Test
  void aMarkComesBackFromItsMetadata() {
    var mark = new ReplayMark(ORDER.id(), 3, 80, 90);
    assertThat(ReplayMark.parse(mark.toJson())).contains(mark);
    assertThat(ReplayMark.parse("")).isEmpty();
    assertThat(ReplayMark.parse("consumer-7")).isEmpty();
    assertThat(ReplayMark.parse("{\"id\":")).isEmpty();
  }
}
