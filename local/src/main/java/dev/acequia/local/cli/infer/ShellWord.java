package dev.acequia.local.cli.infer;

import dev.acequia.local.cli.source.Excerpt;
import java.nio.charset.StandardCharsets;

/** A word of a command line to copy: quoted, so that a shell hands it over as it is. */
final class ShellWord {
  private ShellWord() {}

  /** A file's name, which this program takes for a file even if it looks like something else. */
  static String ofFile(String path) {
    // - begins an option or is standard input, @ a file of arguments.
    return of(path.startsWith("-") || path.startsWith("@") ? "./" + path : path);
  }

  /** Any word. */
  static String of(String word) {
    if (word.matches("[A-Za-z0-9._/-]+")) {
      return word;
    }
    return word.codePoints().allMatch(Excerpt::isShowable)
        ? "'" + word.replace("'", "'\\''") + "'"
        : escaped(word);
  }

  /** In the quotes of bash, zsh and ksh in which every character can be written on one line. */
  private static String escaped(String word) {
    var quoted = new StringBuilder("$'");
    word.codePoints()
        .forEach(
            c -> {
              if (c == '\'' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (Excerpt.isShowable(c)) {
                quoted.appendCodePoint(c);
              } else {
                for (var b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                  // Three octal digits: of hexadecimal ones, some shells take more than two.
                  quoted.append("\\%03o".formatted(b & 0xff));
                }
              }
            });
    return quoted.append("'").toString();
  }
}
