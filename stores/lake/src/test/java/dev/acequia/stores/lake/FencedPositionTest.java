package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.position.Position;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FencedPositionTest {
  private static final UUID TOPIC = UUID.fromString("6d0f8b9c-6d5c-4f8e-9d4e-3a4a6b1c2d3e");
  private static final UUID REPLAY = UUID.fromString("0a1b2c3d-0000-4000-8000-000000000001");

  @Test
  void readsBackWhatItWrote() {
    for (var position :
        new FencedPosition[] {
          new FencedPosition(new Position(TOPIC, 42, 7, 3, null), "0123456789abcdef"),
          new FencedPosition(new Position(TOPIC, 0, null, 0, null), "0123456789abcdef"),
          new FencedPosition(
              new Position(TOPIC, 5, 1, 9, new PartitionReplay(REPLAY, 5, 8, 20, null, true)),
              "0123456789abcdef"),
          new FencedPosition(
              new Position(TOPIC, 5, 1, 9, new PartitionReplay(REPLAY, 5, 8, 20, 4, false)),
              "0123456789abcdef")
        }) {
      assertThat(FencedPosition.parse(position.toString())).isEqualTo(position);
    }
  }

  @Test
  void saysFenceAndOffsetFirst() {
    assertThat(new FencedPosition(new Position(TOPIC, 42, null, 3, null), "0123").toString())
        .isEqualTo("3:42:-:6d0f8b9c-6d5c-4f8e-9d4e-3a4a6b1c2d3e:0123");
  }
}
