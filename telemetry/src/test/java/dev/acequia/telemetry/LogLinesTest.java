package dev.acequia.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static final String FORGED =
      "\n2026-01-01T00:00:00.000Z INFO audit - granted\r\u0085\u2028";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final LogLines log = LogLines.over(out);

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aMessageIsOneLineWhateverACallerSends() {
    log.println("refused: type '" + FORGED + "', año 🛶");

    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst())
        .startsWith("refused: type '\\n2026")
        .contains("\\u000d\\u0085\\u2028', año 🛶");
  }

  @Test
  void anExceptionsWordsAreOneLineAndItsTraceStays() {
    new IllegalStateException("of " + FORGED, new IllegalArgumentException(FORGED))
        .printStackTrace(log);

    assertThat(lines()).noneMatch(line -> line.startsWith("2026"));
    assertThat(lines().get(1)).startsWith("\tat dev.acequia.telemetry.LogLinesTest");
    assertThat(lines()).anyMatch(line -> line.startsWith("Caused by: "));
  }
}
