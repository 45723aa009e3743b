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
          .resolve("stores/postgres/src/main/java/dev/acequia/stores/postgres");

  private static final Path DYNAMODB =
      ControlPlaneBinaries.repositoryRoot()
          .resolve("stores/dynamodb/src/main/java/dev/acequia/stores/dynamodb");

  private static final Path CONSUMER =
      ControlPlaneBinaries.repositoryRoot()
          .resolve("runtime-consumer/src/main/java/dev/acequia/consumer/consume");

  private BrokenBuild() {}

  /** Offsets are advanced by whoever comes, whether its claim is still good or not. */
  static String withoutFence(Path folder) throws IOException {
    return classPath(
        folder,
        STORES.resolve("OffsetStatements.java"),
        " AND fence = ?",
        " AND (fence = ? OR true)");
  }

  /** Offsets are committed before their rows. */
  static String withTwoTransactions(Path folder) throws IOException {
    return classPath(
        folder,
        STORES.resolve("PostgresWriter.java"),
        "    var judged =\n",
        "    own.commit();\n    var judged =\n");
  }

  /** In DynamoDB a row is put whoever put the one that is there. */
  static String withoutFenceOfRows(Path folder) throws IOException {
    return classPath(
        folder,
        DYNAMODB.resolve("RowWrites.java"),
        "attribute_not_exists(#f) OR #f <= :f",
        "attribute_not_exists(#f) OR #f <= :f OR #f > :f");
  }

  /** Reading goes on at an offset, whatever log it was in. */
  static String withoutEpochs(Path folder) throws IOException {
    return classPath(
        folder,
        CONSUMER.resolve("Assignment.java"),
        "consumer.seek(partition.name(), partition.position().with(\"\"))",
        "consumer.seek(partition.name(), partition.position().offset())");
  }

  /** A class path on which the class as it would be without its sentence comes first. */
  private static String classPath(Path folder, Path file, String sentence, String without)
      throws IOException {
    var source = Files.readString(file);
    if (!source.contains(sentence)) {
      throw new IllegalStateException(
          "%s no longer says '%s': break what it says instead"
              .formatted(file.getFileName(), sentence.strip()));
    }
    var sources = Files.createDirectories(folder.resolve("sources"));
    var classes = Files.createDirectories(folder.resolve("classes"));
    var broken =
        Files.writeString(sources.resolve(file.getFileName()), source.replace(sentence, without))
            .toFile();
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
        throw new IllegalStateException(
            file.getFileName() + ", broken, does not compile: " + words);
      }
    }
    return classes + File.pathSeparator + classPath;
  }
}
