package dev.acequia.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import dev.acequia.stores.query.InvalidQueryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PageRoomTest {
  private static final int MIB = 1 << 20;

  private final PageRoom.Space space = PageRooms.of(MIB, 8 * MIB);

  private static void fill(PageBuffer page, int bytes) throws IOException {
    page.put(new byte[bytes]);
  }

  @Test
  void pagesGoToFilesWhenOthersHoldTheMemory() throws IOException {
    try (var first = new PageBuffer(MIB, new PageRoom(space));
        var second = new PageBuffer(MIB, new PageRoom(space))) {
      fill(first, MIB);
      fill(second, MIB);

      assertThat(first.isInMemory()).isTrue();
      assertThat(second.isInMemory()).isFalse();
      assertThat(second.size()).isEqualTo(MIB);
    }
  }

  @Test
  void pagesThatOthersLeaveNoRoomForAreToComeAgain() throws IOException {
    try (var first = new PageBuffer(0, new PageRoom(space));
        var second = new PageBuffer(0, new PageRoom(space));
        var third = new PageBuffer(0, new PageRoom(space))) {
      fill(first, 4 * MIB);
      fill(second, 3 * MIB);

      assertThatThrownBy(() -> fill(third, 2 * MIB))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> {
                assertThat(e.problem().type().status()).isEqualTo(503);
                assertThat(e.problem().headers()).containsKey("Retry-After");
              });
    }
  }

  @Test
  void whatPagesHeldIsFreeAgain() throws IOException {
    for (var i = 0; i < 20; i++) {
      try (var room = new PageRoom(space);
          var page = new PageBuffer(MIB, room);
          var part = page.part(MIB)) {
        fill(part, 3 * MIB);
        page.putAll(part);
      } catch (InvalidQueryException e) {
        assertThat(e).hasMessageContaining("larger than");
      }
    }

    try (var page = new PageBuffer(MIB, new PageRoom(space))) {
      fill(page, MIB);
      assertThat(page.isInMemory()).isTrue();
    }
    assertThat(space.files().tryTake(8 * MIB)).isTrue();
  }

  @Test
  void whatWentToFilesInOddPiecesIsFreeAgain() throws IOException {
    try (var room = new PageRoom(space);
        var page = new PageBuffer(8_193, room)) {
      fill(page, MIB);
      assertThat(page.isInMemory()).isFalse();
    }

    assertThat(space.files().tryTake(8 * MIB)).isTrue();
  }

  @Test
  void pagesThatBeginAgainHoldWhatIsWrittenThen() throws IOException {
    try (var page = new PageBuffer(0, new PageRoom(space))) {
      fill(page, 3 * MIB);
      page.clear();
      page.put("begun again");
      fill(page, 2 * MIB);

      var out = new ByteArrayOutputStream();
      page.writeTo(out);
      assertThat(out.size()).isEqualTo(2 * MIB + "begun again".length()).isEqualTo(page.size());
      assertThat(out.toString(java.nio.charset.StandardCharsets.US_ASCII))
          .startsWith("begun again");
    }
  }

  @Test
  void aPageLargerThanAnyIsRefusedForGood() throws IOException {
    try (var page = new PageBuffer(0, new PageRoom(space))) {
      assertThatThrownBy(() -> fill(page, 5 * MIB)).isInstanceOf(InvalidQueryException.class);
    }
  }
}
