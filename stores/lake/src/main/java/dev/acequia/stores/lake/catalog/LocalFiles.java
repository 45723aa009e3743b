package dev.acequia.stores.lake.catalog;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Files of this machine, by locations as {@code file:/folder/name}, which stay as they are. */
public final class LocalFiles implements SupportsPrefixOperations {
  private static final long serialVersionUID = 1;

  /** Iceberg makes it by its name. */
  public LocalFiles() {}

  @Override
  public InputFile newInputFile(String location) {
    return new Input(location, Files.localInput(file(location)));
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new Output(location, Files.localOutput(file(location)));
  }

  @Override
  public void deleteFile(String location) {
    try {
      java.nio.file.Files.deleteIfExists(file(location).toPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The files below a folder. */
  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    var folder = file(prefix).toPath();
    if (!java.nio.file.Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = java.nio.file.Files.walk(folder)) {
      return files
          .map(Path::toFile)
          .filter(File::isFile)
          .map(file -> new FileInfo(location(file), file.length(), file.lastModified()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void deletePrefix(String prefix) {
    listPrefix(prefix).forEach(file -> deleteFile(file.location()));
  }

  private static String location(File file) {
    return "file:" + file.toURI().getPath();
  }

  private static File file(String location) {
    return Path.of(URI.create(location)).toFile();
  }

  private record Input(String location, InputFile file) implements InputFile {
    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      return file.newStream();
    }

    @Override
    public boolean exists() {
      return file.exists();
    }
  }

  private record Output(String location, OutputFile file) implements OutputFile {
    @Override
    public PositionOutputStream create() {
      return file.create();
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
      return file.createOrOverwrite();
    }

    @Override
    public InputFile toInputFile() {
      return new Input(location, file.toInputFile());
    }
  }
}
