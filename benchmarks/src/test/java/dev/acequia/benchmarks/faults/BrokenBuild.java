package dev.acequia.benchmarks.faults;

import dev.acequia.servers.ControlPlaneBinaries;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** The product with one sentence of its protocol broken. */
final class BrokenBuild {
  private static final Path STORES =
      ControlPlaneBinaries.repositoryRoot()
          .resolve("stores/src/main/java/dev/acequia/stores/postgres");

  private BrokenBuild() {}

  /** Offsets are advanced by whoever comes, whether its claim is still good or not. */
  static String withoutFence(Path folder) throws IOException {
    return classPath(folder, "OffsetStatements.java", " AND fence = ?", " AND (fence = ? OR true)");
  }

  /** Offsets are committed before their rows. */
  static String withTwoTransactions(Path folder) throws IOException {
    return classPath(
        folder,
        "PostgresWriter.java",
        "    BitSet repeats = idempotency.repeats(",
        "    own.commit();\n    BitSet repeats = idempotency.repeats(");
  }

  /** A consumer's class path on which the class as it would be without its sentence comes first. */
  private static String classPath(Path folder, String file, String sentence, String without)
      throws IOException {
    var source = Files.readString(STORES.resolve(file));
    if (!source.contains(sentence)) {
      throw new IllegalStateException(
          "%s no longer says '%s': break what it says instead".formatted(file, sentence.strip()));
    }
    var sources = Files.createDirectories(folder.resolve("sources"));
    var classes = Files.createDirectories(folder.resolve("classes"));
    var broken =
        Files.writeString(sources.resolve(file), source.replace(sentence, without)).toFile();
    var words = new StringWriter();
    var classPath = System.getProperty("java.class.path");
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var isCompiled =
          compiler
              .getTask(
                  words,
                  files,
                  null,
                  List.of("-proc:none", "-nowarn", "-cp", classPath, "-d", classes.toString()),
                  null,
                  files.getJavaFileObjects(broken))
              .call();
      if (!isCompiled) {
        throw new IllegalStateException(file + ", broken, does not compile: " + words);
      }
    }
    return classes + File.pathSeparator + classPath;
  }
}
