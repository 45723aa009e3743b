package dev.acequia.stores.lake.read;

import java.nio.file.Path;
import java.util.List;

/** Files on this machine's disk, in the order in which they were asked for, until it is closed. */
interface HeldFiles extends AutoCloseable {
  List<Path> paths();

  @Override
  void close();
}
