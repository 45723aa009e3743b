package dev.acequia.operator.plan;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The address of a store as it may be handed on. */
public final class StoreUri {
  private StoreUri() {}

  /**
   * The address without the user and password that may stand in it: writer and reader get their
   * own.
   */
  public static String withoutCredentials(String uri) {
    var bare = uri.replaceFirst("^((?:jdbc:)?[a-z]+://)[^/?#]*@", "$1");
    var question = bare.indexOf('?');
    if (question < 0) {
      return bare;
    }
    var kept =
        Arrays.stream(bare.substring(question + 1).split("&", -1))
            .filter(parameter -> !parameter.matches("(?i)(user|password)=.*"))
            .collect(Collectors.joining("&"));
    return bare.substring(0, question) + (kept.isEmpty() ? "" : "?" + kept);
  }
}
