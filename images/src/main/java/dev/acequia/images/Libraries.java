package dev.acequia.images;

import dev.acequia.contract.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** The libraries of one entry point. */
final class Libraries {
  private final List<Path> files;

  private Libraries(List<Path> files) {
    this.files = files;
  }

  /** The libraries in these folders, in the order of the class path. */
  static Libraries of(Path... folders) throws IOException {
    var files = new ArrayList<Path>();
    for (var folder : folders) {
      try (var found = Files.newDirectoryStream(folder, "*.jar")) {
        var jars = new ArrayList<Path>();
        found.forEach(jars::add);
        jars.sort(null);
        files.addAll(jars);
      }
    }
    return new Libraries(files);
  }

  void setTime(FileTime time) throws IOException {
    for (var file : files) {
      Files.setLastModifiedTime(file, time);
    }
  }

  /** 16 hex digits over names, contents and this JDK. */
  String digest() throws IOException {
    var digest = Sha256.digest();
    digest.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
    for (var file : files) {
      digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
      digest.update(Files.readAllBytes(file));
    }
    return Sha256.hex(digest, 8);
  }
}
