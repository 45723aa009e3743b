import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or rewrites the Java files below some folders with google-java-format: {@code Format check|write DIR...}. The
 * build runs it as a program of its own because the formatter must run on the JDK whose syntax it reads.
 */
class Format {
  public static void main(String[] args) throws IOException {
    var write = args[0].equals("write");
    var ugly = new ArrayList<Path>();
    for (var dir : List.of(args).subList(1, args.length)) {
      if (!Files.isDirectory(Path.of(dir))) {
        continue;
      }
      try (var files = Files.walk(Path.of(dir))) {
        for (var file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".java"))::iterator) {
          var source = Files.readString(file);
          try {
            var ordered = ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.GOOGLE);
            var formatted = new Formatter().formatSource(ordered);
            if (!formatted.equals(source)) {
              ugly.add(file);
              if (write) {
                Files.writeString(file, formatted);
              }
            }
          } catch (FormatterException e) {
            System.err.println(file + ": " + e.getMessage()); // javac will say the same, with more of the context
          }
        }
      }
    }
    if (!ugly.isEmpty() && !write) {
      ugly.forEach(file -> System.err.println("not formatted: " + file));
      System.err.println("Run 'mvn test-compile -Dformat=write' to format these.");
      System.exit(1);
    }
  }
}
