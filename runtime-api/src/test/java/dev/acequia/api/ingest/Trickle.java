package dev.acequia.api.ingest;

import java.io.ByteArrayInputStream;

/** Gives a few bytes at a time, as a network does. */
final class Trickle extends ByteArrayInputStream {
  private final int piece;

  Trickle(byte[] bytes, int piece) {
    super(bytes);
    this.piece = piece;
  }

  @Override
  public synchronized int read(byte[] into, int offset, int length) {
    return super.read(into, offset, Math.min(length, piece));
  }
}
