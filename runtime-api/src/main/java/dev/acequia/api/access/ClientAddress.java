package dev.acequia.api.access;

/** Whom an address stands for. */
final class ClientAddress {
  private ClientAddress() {}

  /**
   * The client that has this address: of IPv6 the first 64 bits, since whoever has one such address
   * has them all.
   */
  static String of(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    var groups = address.split(":", -1);
    var text = new StringBuilder();
    for (var i = 0; i < Math.min(4, groups.length); i++) {
      if (groups[i].isEmpty() && i > 0) {
        break; // the rest of the prefix is zero
      }
      text.append(groups[i]).append(':');
    }
    return text.toString();
  }
}
