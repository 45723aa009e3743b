package dev.acequia.local.node;

import java.util.Arrays;

/**
 * One file of a volume.
 *
 * @param bytes its content
 * @param mode its permissions, as chmod has them
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode below
record VolumeFile(byte[] bytes, int mode) {
  @Override
  public boolean equals(Object other) {
    return other instanceof VolumeFile file
        && mode == file.mode
        && Arrays.equals(bytes, file.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bytes) + mode;
  }
}
