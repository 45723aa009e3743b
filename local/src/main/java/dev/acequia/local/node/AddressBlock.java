package dev.acequia.local.node;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The loopback addresses of one node's Pods: each live Pod has one, and no two have the same. */
final class AddressBlock {
  /** The network's own address and the broadcast address are left alone. */
  static final int SIZE = 254;

  private final String prefix;
  private final Map<String, String> ownerOf = new HashMap<>();
  private int next = 1;

  /**
   * Divides a /24.
   *
   * @param first its first address, such as {@code 127.84.17.0}
   * @throws IllegalArgumentException when that is no /24 of 127/8
   */
  AddressBlock(String first) {
    var address = InetAddress.ofLiteral(first);
    if (!address.isLoopbackAddress() || !first.matches("127\\.\\d+\\.\\d+\\.0")) {
      throw new IllegalArgumentException(
          "addresses come from a /24 of 127/8 such as 127.84.17.0, not " + first);
    }
    this.prefix = first.substring(0, first.lastIndexOf('.') + 1);
  }

  /**
   * Gives a Pod its address: the one it has, else the one it had when that is free, else another;
   * empty when all are taken. Addresses are used in turn, so that a client of a Pod that is gone is
   * refused rather than answered by a stranger.
   */
  synchronized Optional<String> claim(String podUid, Optional<String> had) {
    for (var entry : ownerOf.entrySet()) {
      if (entry.getValue().equals(podUid)) {
        return Optional.of(entry.getKey());
      }
    }
    if (had.filter(this::contains).filter(address -> !ownerOf.containsKey(address)).isPresent()) {
      ownerOf.put(had.get(), podUid);
      return had;
    }
    for (var i = 0; i < SIZE; i++) {
      var address = prefix + next;
      next = next % SIZE + 1;
      if (ownerOf.putIfAbsent(address, podUid) == null) {
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }

  /** Frees the Pod's address, if it has one. */
  synchronized void release(String podUid) {
    ownerOf.values().remove(podUid);
  }

  private boolean contains(String address) {
    return address.startsWith(prefix)
        && address.substring(prefix.length()).matches("[1-9]\\d{0,2}")
        && Integer.parseInt(address.substring(prefix.length())) <= SIZE;
  }
}
