package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddressBlockTest {
  private final AddressBlock block = new AddressBlock("127.84.17.0");

  @Test
  void givesEachPodAnAddressOfItsOwnAndTheSameOneAgain() {
    assertThat(block.claim("a", Optional.empty())).contains("127.84.17.1");
    assertThat(block.claim("b", Optional.empty())).contains("127.84.17.2");
    assertThat(block.claim("a", Optional.empty())).contains("127.84.17.1");
  }

  @Test
  void givesTheAddressThatAPodHadUnlessAnotherHasIt() {
    assertThat(block.claim("a", Optional.of("127.84.17.9"))).contains("127.84.17.9");
    assertThat(block.claim("b", Optional.of("127.84.17.9"))).contains("127.84.17.1");
    assertThat(block.claim("c", Optional.of("10.0.0.1"))).contains("127.84.17.2");
    assertThat(block.claim("d", Optional.of("127.84.17.255"))).contains("127.84.17.3");
  }

  @Test
  void usesAFreedAddressOnlyAfterAllOthers() {
    block.claim("a", Optional.empty());
    block.release("a");
    assertThat(block.claim("b", Optional.empty())).contains("127.84.17.2");
  }

  @Test
  void isEmptyOnceAllAreTakenAndUsableWhenOneIsFreed() {
    var given = new HashSet<String>();
    for (var i = 0; i < AddressBlock.SIZE; i++) {
      given.add(block.claim("pod" + i, Optional.empty()).orElseThrow());
    }
    assertThat(given).hasSize(254).doesNotContain("127.84.17.0", "127.84.17.255");
    assertThat(block.claim("late", Optional.empty())).isEmpty();
    block.release("pod7");
    assertThat(block.claim("late", Optional.empty())).isPresent();
  }

  @Test
  void takesOnlyABlockOfLoopbackAddresses() {
    assertThatThrownBy(() -> new AddressBlock("10.0.0.0"))
        .hasMessageContaining("127.84.17.0, not 10.0.0.0");
    assertThatThrownBy(() -> new AddressBlock("127.0.0.1")).hasMessageContaining("/24");
  }
}
