package dev.acequia.contract.record;

/**
 * Tells whether a text is one JSON value that a field of type json can take. One thread at a time.
 */
public final class JsonText {
  private final JsonCursor cursor = new JsonCursor();

  /**
   * Reads the text.
   *
   * @throws BadRecordException when it is anything but one value
   */
  public void check(byte[] buffer, int offset, int length) throws BadRecordException {
    cursor.begin(buffer, offset, length);
    cursor.skip(0);
    cursor.expectEnd();
  }
}
