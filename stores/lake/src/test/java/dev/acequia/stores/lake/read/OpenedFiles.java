package dev.acequia.stores.lake.read;

import dev.acequia.stores.lake.catalog.LocalFiles;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** Local files with a record of the opened ones. */
final class OpenedFiles implements FileIO {
  private static final long serialVersionUID = 1;

  private final LocalFiles files = new LocalFiles();
  private final List<String> opened = new CopyOnWriteArrayList<>();

  List<String> opened() {
    return List.copyOf(opened);
  }

  @Override
  public InputFile newInputFile(String location) {
    var file = files.newInputFile(location);
    return new InputFile() {
      @Override
      public long getLength() {
        return file.getLength();
      }

      @Override
      public SeekableInputStream newStream() {
        opened.add(location);
        return file.newStream();
      }

      @Override
      public String location() {
        return location;
      }

      @Override
      public boolean exists() {
        return file.exists();
      }
    };
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return files.newOutputFile(location);
  }

  @Override
  public void deleteFile(String location) {
    files.deleteFile(location);
  }
}
