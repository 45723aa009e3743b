package dev.acequia.local.cli.infer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellWordTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "a/b-c_1.csv > a/b-c_1.csv",
        "two words > 'two words'",
        "it's > 'it'\\''s'",
        "$(id) > '$(id)'",
        "--w.csv > ./--w.csv",
        "- > ./-",
        "@w.csv > './@w.csv'",
        "`a\nb` > $'a\\012b'",
        "`'\\\u2028` > $'\\'\\\\\\342\\200\\250'"
      })
  void writesAFilesNameForAShell(String name, String word) {
    assertThat(ShellWord.ofFile(name)).isEqualTo(word);
  }

  @ParameterizedTest
  @CsvSource({"NA, NA", "-, -", "'', ''''''", "#N/A, '''#N/A'''", "\\N, '''\\N'''"})
  void writesAWord(String word, String quoted) {
    assertThat(ShellWord.of(word)).isEqualTo(quoted);
  }
}
