package dev.acequia.contract.record;

import dev.acequia.contract.record.BadRecordException.ErrorClass;

/** UUIDs in their canonical form, in either case. */
final class UuidText {
  private UuidText() {}

  static void read(byte[] text, int offset, int length, Row into, int field)
      throws BadRecordException {
    if (length != 36) {
      throw wrongForm();
    }
    var most = 0L;
    var least = 0L;
    for (var i = 0; i < 36; i++) {
      var b = text[offset + i];
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (b != '-') {
          throw wrongForm();
        }
        continue;
      }
      var digit = b < 0 ? -1 : Character.digit((char) b, 16);
      if (digit < 0) {
        throw wrongForm();
      }
      if (i < 18) {
        most = most << 4 | digit;
      } else {
        least = least << 4 | digit;
      }
    }
    into.setUuid(field, most, least);
  }

  private static BadRecordException wrongForm() {
    return new BadRecordException(
        ErrorClass.WrongType, null, "expected a UUID such as 123e4567-e89b-12d3-a456-426614174000");
  }
}
