package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableClaimTest {
  private static final TableClaim CLAIM = new TableClaim("one", "ops", "flights", "uid");

  @Test
  void takesWhatIsItsOwnOrNobodys() {
    for (var owner : new TableClaim[] {null, CLAIM}) {
      assertThatCode(
              () -> {
                CLAIM.check("flights", owner, "");
                CLAIM.checkDrop("flights", owner, "");
              })
          .doesNotThrowAnyException();
    }
  }

  @Test
  void takesNothingOfAnotherPipelineOrInstallation() {
    for (var owner :
        List.of(
            new TableClaim("other", "ops", "flights", "uid"),
            new TableClaim("one", "sales", "flights", "uid"),
            new TableClaim("one", "ops", "passengers", "uid"))) {
      assertThatThrownBy(() -> CLAIM.check("flights", owner, "HAND OVER"))
          .isInstanceOfSatisfying(
              TerminationException.class,
              refusal ->
                  assertThat(refusal.termination())
                      .returns(Termination.Reason.NameTaken, Termination::reason))
          .hasMessageContaining(owner.namespace() + "/" + owner.pipeline())
          .hasMessageEndingWith("HAND OVER");
    }
  }

  @Test
  void aResourceTakesOverTheTableOfItsPredecessorButDropsNoneOfItsSuccessor() throws Exception {
    var successor = new TableClaim("one", "ops", "flights", "later");
    successor.check("flights", CLAIM, "");
    assertThatThrownBy(() -> CLAIM.checkDrop("flights", successor, ""))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("uid later");
  }
}
