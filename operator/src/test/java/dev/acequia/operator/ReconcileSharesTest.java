package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconcileSharesTest {
  private final ReconcileShares shares = new ReconcileShares(2);
  private final List<String> brought = new ArrayList<>();

  @Test
  void aNamespaceTakesItsShareAndLeavesTheOtherThreads() {
    assertThat(mayBegin("crowd", "a")).isTrue();
    assertThat(mayBegin("crowd", "b")).isTrue();
    assertThat(mayBegin("crowd", "c")).isFalse();
    assertThat(mayBegin("ops", "a")).isTrue();
    shares.end("ops");
    assertThat(brought).isEmpty();
  }

  @Test
  void eachThatEndsBringsTheNextOfItsNamespace() {
    mayBegin("crowd", "a");
    mayBegin("crowd", "b");
    mayBegin("crowd", "c");
    mayBegin("crowd", "d");
    mayBegin("crowd", "c"); // an event brings it meanwhile, which keeps its place
    shares.end("crowd");
    assertThat(brought).containsExactly("c");
    assertThat(mayBegin("crowd", "c")).isTrue();
    shares.end("crowd");
    shares.end("crowd");
    assertThat(brought).containsExactly("c", "d");
    assertThat(mayBegin("crowd", "d")).isTrue();
    shares.end("crowd");
    assertThat(brought).hasSize(2);
  }

  /** Another event may have come first. */
  @Test
  void whatBeginsIsNotBroughtOnceMore() {
    mayBegin("crowd", "a");
    mayBegin("crowd", "b");
    mayBegin("crowd", "c");
    mayBegin("crowd", "d");
    shares.end("crowd");
    assertThat(mayBegin("crowd", "d")).isTrue();
    shares.end("crowd");
    assertThat(brought).containsExactly("c");
  }

  private boolean mayBegin(String namespace, String resource) {
    return shares.mayBegin(namespace, resource, () -> brought.add(resource));
  }
}
